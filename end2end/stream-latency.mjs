// Measures the latency that Huntaze adds to streamed answers: the time to the first text of STREAMS concurrent answers, through Huntaze and
// directly from the sandbox, in one run. Usage: node stream-latency.mjs APP_URL SANDBOX_URL PID SESSION. User `n` of as many has the session
// token that `tokenOf` returns; SESSION is that of another user, who asks for all of them alone.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const [app, sandbox, pid, ownSession] = process.argv.slice(2);
const STREAMS = 100;
const ROUNDS = 3;
const GOALS = { addedMilliseconds: 50, kilobytes: 30 };
/** Every question is different, so that no answer comes from the response cache. */
let asked = 0;
const question = () => `How are my views, for the ${(asked += 1)}th time?`;
const tokenOf = (number) => createHash("sha256").update(`bench ${number}`).digest("base64url");

/** Returns the milliseconds until the stream contains the text; reads the stream to its end. */
async function timeTo(text, url, headers, body) {
  const begun = performance.now();
  const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  let first;
  let seen = "";
  const decoder = new TextDecoder();
  for await (const chunk of answer.body) {
    if (first !== undefined) continue;
    seen += decoder.decode(chunk, { stream: true });
    if (seen.includes(text)) first = performance.now() - begun;
  }
  if (first === undefined) throw new Error(`no text from ${url}`);
  return first;
}

/** Makes the two model requests of an agent directly to the sandbox: a tool call, then the answer. */
async function atSandbox() {
  const url = `${sandbox}/gemini/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse`;
  const headers = { "x-goog-api-key": "sandbox-gemini" };
  const tools = [{ functionDeclarations: [{ name: "get_metrics", description: "", parametersJsonSchema: { type: "object", properties: {} } }] }];
  const asks = { role: "user", parts: [{ text: question() }] };
  const lookUp = await timeTo("functionCall", url, headers, { contents: [asks], tools });
  const found = { role: "user", parts: [{ functionResponse: { name: "get_metrics", response: { views: "12,345" } } }] };
  return lookUp + (await timeTo("This is an answer", url, headers, { contents: [asks, found], tools }));
}

/** Returns the headers of a request of the user with this session. */
async function signIn(session) {
  const answer = await fetch(`${app}/api/csrf/token`, { headers: { cookie: `huntaze_session=${session}`, accept: "application/json" } });
  if (!answer.ok) throw new Error(`no CSRF token: ${answer.status}`);
  const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
  const token = cookies.find((cookie) => cookie.startsWith("huntaze_csrf=")).slice("huntaze_csrf=".length);
  return { cookie: [`huntaze_session=${session}`, ...cookies].join("; "), "x-csrf-token": decodeURIComponent(token), accept: "text/event-stream" };
}

const through = (headers) => timeTo("event: delta", `${app}/api/ai/chat/stream`, headers, { message: question() });

const memory = () => Number(readFileSync(`/proc/${pid}/status`, "utf8").match(/VmRSS:\s+(\d+)/)[1]);

/** Processor time of the server so far, in milliseconds: fields 14 and 15 of its stat, in hundredths of a second. */
const processorTime = () => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
};

const quantile = (times, part) => times.sort((a, b) => a - b)[Math.ceil(times.length * part) - 1];

/** Asks once with each of the headers, all at once. */
const round = (ask, people) => Promise.all(people.map((headers) => ask(headers)));

const everybody = await Promise.all(Array.from({ length: STREAMS }, (_, number) => signIn(tokenOf(number + 1))));
const oneUser = Array(STREAMS).fill(await signIn(ownSession));
await round(atSandbox, everybody);
await round(through, everybody);
await round(through, oneUser);
const [direct, ours, alone] = [[], [], []];
const idle = memory();
let most = idle;
const watch = setInterval(() => (most = Math.max(most, memory())), 20);
const begun = processorTime();
for (let count = 0; count < ROUNDS; count += 1) {
  direct.push(...(await round(atSandbox, everybody)));
  ours.push(...(await round(through, everybody)));
}
clearInterval(watch);
const perAnswer = (processorTime() - begun) / ours.length;
for (let count = 0; count < ROUNDS; count += 1) alone.push(...(await round(through, oneUser)));
const added = (times, part) => quantile(times, part) - quantile(direct, part);
const line = (name, times) => {
  const numbers = [quantile(times, 0.5), quantile(times, 0.95), added(times, 0.5), added(times, 0.95)];
  return `| ${name} | ${numbers.map((number) => number.toFixed(0)).join(" | ")} |`;
};
console.log(`| time to first text, ${STREAMS} concurrent answers | p50, ms | p95, ms | added, p50 | added, p95 (goal ${GOALS.addedMilliseconds}) |\n|---|---|---|---|---|`);
console.log(line("sandbox directly: tool call, answer", direct));
console.log(line(`through Huntaze, ${STREAMS} users`, ours));
console.log(line("through Huntaze, one user", alone));
const kilobytes = ((most - idle) / STREAMS).toFixed(0);
console.log(`\nProcessor time of the server for an answer: ${perAnswer.toFixed(1)} ms. The client, the sandbox and PostgreSQL share its cores.`);
console.log(`Memory of the server: ${(idle / 1024).toFixed(0)} MB before, ${(most / 1024).toFixed(0)} MB peak: ${kilobytes} KB per stream (goal ${GOALS.kilobytes}).`);
