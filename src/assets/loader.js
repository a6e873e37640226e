((script, wasm) => {
  const load = async () => {
    const islands = await import(script);
    await islands.default({ module_or_path: wasm });
    islands.hydrate();
    window.__hydrateIsland = (element) => islands[element.dataset.component]?.(element);
    document.querySelectorAll("leptos-island").forEach(window.__hydrateIsland);
  };
  // Do not delay the first paint.
  if ("requestIdleCallback" in window) requestIdleCallback(load, { timeout: 1000 });
  else setTimeout(load, 1);
})
