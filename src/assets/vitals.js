(() => {
  // One page view in ten.
  if (Math.random() >= 0.1 || !window.PerformanceObserver || !navigator.sendBeacon) return;
  const values = { cls: 0 };
  const observers = [];
  const observe = (type, read, options) => {
    if (!PerformanceObserver.supportedEntryTypes?.includes(type)) return;
    const observer = new PerformanceObserver((list) => list.getEntries().forEach(read));
    observer.observe({ type, buffered: true, ...options });
    observers.push([observer, read]);
  };
  observe("paint", (entry) => { if (entry.name === "first-contentful-paint") values.fcp = entry.startTime; });
  observe("largest-contentful-paint", (entry) => { values.lcp = entry.startTime; });
  // Shifts within a second of each other count together, for five seconds at most; the worst sum counts.
  let sum = 0, first = 0, last = 0;
  observe("layout-shift", (entry) => {
    if (entry.hadRecentInput) return;
    if (entry.startTime - last > 1000 || entry.startTime - first > 5000) { sum = 0; first = entry.startTime; }
    last = entry.startTime;
    sum += entry.value;
    values.cls = Math.max(values.cls, sum);
  });
  observe("event", (entry) => { if (entry.interactionId) values.inp = Math.max(values.inp ?? 0, entry.duration); }, { durationThreshold: 16 });
  const send = () => {
    if (document.visibilityState !== "hidden") return;
    removeEventListener("visibilitychange", send, true);
    for (const [observer, read] of observers) observer.takeRecords().forEach(read);
    values.ttfb = performance.getEntriesByType("navigation")[0]?.responseStart;
    const body = JSON.stringify({ path: location.pathname, ...values });
    navigator.sendBeacon("/api/monitoring/metrics", new Blob([body], { type: "application/json" }));
  };
  addEventListener("visibilitychange", send, true);
})();
