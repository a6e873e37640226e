// Measures the latency that Huntaze adds to streamed answers: the time to the first text of STREAMS concurrent answers, through Huntaze and
// directly from the sandbox, in one run. Usage: node stream-latency.mjs APP_URL SANDBOX_URL COOKIES CSRF_TOKEN PID
import { readFileSync } from "node:fs";

const [app, sandbox, cookie, token, pid] = process.argv.slice(2);
const STREAMS = 100;
const ROUNDS = 3;
/** Every question is different, so that no answer comes from the response cache. */
let asked = 0;
const question = () => `How are my views, for the ${(asked += 1)}th time?`;

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

const through = () => timeTo("event: delta", `${app}/api/ai/chat/stream`, { cookie, "x-csrf-token": token, accept: "text/event-stream" }, { message: question() });

const memory = () => Number(readFileSync(`/proc/${pid}/status`, "utf8").match(/VmRSS:\s+(\d+)/)[1]);

const quantile = (times, part) => times.sort((a, b) => a - b)[Math.ceil(times.length * part) - 1];

async function round(ask) {
  return Promise.all(Array.from({ length: STREAMS }, ask));
}

await round(atSandbox);
await round(through);
const [direct, ours] = [[], []];
const idle = memory();
let most = idle;
const watch = setInterval(() => (most = Math.max(most, memory())), 20);
for (let count = 0; count < ROUNDS; count += 1) {
  direct.push(...(await round(atSandbox)));
  ours.push(...(await round(through)));
}
clearInterval(watch);
const line = (name, times) => `| ${name} | ${quantile(times, 0.5).toFixed(0)} | ${quantile(times, 0.95).toFixed(0)} |`;
console.log(`| time to first text, ${STREAMS} concurrent answers | p50, ms | p95, ms |\n|---|---|---|`);
console.log(line("sandbox directly: tool call, answer", direct));
console.log(line("through Huntaze: quota, conversation, tool call, answer", ours));
console.log(`\nMemory of the server: ${(idle / 1024).toFixed(0)} MB before, ${(most / 1024).toFixed(0)} MB peak: ${((most - idle) / STREAMS).toFixed(0)} KB per stream.`);
