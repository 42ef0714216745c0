// Before the first paint: a person who chose neither light nor dark gets what their machine shows.
(() => {
  const root = document.documentElement;
  if (!root.dataset.bsTheme) root.dataset.bsTheme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
})();
