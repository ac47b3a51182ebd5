// Single keys: ? shows what there is, / leads to the search field, G and a letter to a page of the menu.
// They rest while something is filled in or a dialog is open, and whoever likes switches them off.
(() => {
  const STORED = "single-keys";
  const PATIENCE = 1500;
  const FIELDS = "input, select, textarea, [contenteditable]";
  const TICKS = "input[type=checkbox], input[type=radio]";

  // Where storage is switched off, the choice lasts as long as the page.
  let off = false;
  try {
    off = localStorage.getItem(STORED) === "off";
  } catch {
    off = false;
  }

  const choose = (works) => {
    off = !works;
    try {
      if (off) localStorage.setItem(STORED, "off");
      else localStorage.removeItem(STORED);
    } catch {
      // See above.
    }
  };

  const showSwitch = () => {
    for (const label of document.querySelectorAll("[data-keys-switch]")) {
      label.hidden = false;
      label.querySelector("input").checked = !off;
    }
  };
  document.addEventListener("htmx:afterSwap", showSwitch);
  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-keys-switch]")) choose(event.target.checked);
  });
  showSwitch();

  const help = () => document.querySelector("[data-shortcuts]");
  const search = () => document.querySelector("main input[type=search]");
  const page = (key) => (/^[a-z]$/.test(key) ? document.querySelector(`.menu-link[data-key="${key}"]`) : null);

  let began = -PATIENCE;
  const meant = (event) => {
    const after = event.timeStamp - began < PATIENCE;
    began = -PATIENCE;
    if (event.key === "?") return () => help()?.click();
    if (event.target.closest(FIELDS)) return null;
    const link = after && !event.shiftKey ? page(event.key) : null;
    if (link) return () => link.click();
    if (event.key === "/" && search()) return () => search().focus();
    if (event.key === "g") began = event.timeStamp;
    return null;
  };

  document.addEventListener("keydown", (event) => {
    if (off || event.defaultPrevented || event.isComposing || event.repeat) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]")) return;
    const field = event.target.closest(FIELDS);
    if (field && !field.matches(TICKS)) return;
    const act = meant(event);
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
