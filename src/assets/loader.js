((script, wasm) => {
  // Between two islands, the browser answers to the user.
  const nextTask = () => window.scheduler?.yield?.() ?? new Promise((done) => setTimeout(done));
  const load = async () => {
    // Both are fetched at once.
    const code = fetch(wasm);
    const islands = await import(script);
    await islands.default({ module_or_path: code });
    await nextTask();
    islands.hydrate();
    window.__hydrateIsland = (element) => islands[element.dataset.component]?.(element);
    for (const element of document.querySelectorAll("leptos-island")) {
      await nextTask();
      if (element.isConnected) window.__hydrateIsland(element);
    }
  };
  // After the first paint, which it would delay. A hidden page is not painted.
  if (document.hidden || !window.PerformanceObserver?.supportedEntryTypes?.includes("paint")) setTimeout(load);
  else {
    const observer = new PerformanceObserver((entries) => {
      if (entries.getEntriesByName("first-contentful-paint").length === 0) return;
      observer.disconnect();
      load();
    });
    observer.observe({ type: "paint", buffered: true });
  }
})
