// Narrows a list on the page while one types; without this file the list is simply whole.
(() => {
  const matches = (item, words) => {
    const text = item.textContent.toLowerCase();
    return words.every((word) => text.includes(word));
  };

  const keepApart = (input) => {
    // Enter narrows nothing further; it must not send the form around the list.
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
    // The search is no choice of the form.
    input.addEventListener("change", (event) => event.stopPropagation());
  };

  const setUp = (input) => {
    const list = document.getElementById(input.dataset.filter);
    const bar = input.closest("[data-filter-bar]");
    const said = bar.querySelector("[data-filter-said]");
    const items = [...list.querySelectorAll("[data-filter-item]")];
    const groups = [...list.querySelectorAll("[data-filter-group]")];
    const folds = groups.filter((group) => group.matches("details"));
    bar.hidden = false;

    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const item of items) {
        item.hidden = !matches(item, words);
        shown += !item.hidden;
      }
      for (const group of groups) {
        group.hidden = group.querySelector("[data-filter-item]:not([hidden])") === null;
      }
      for (const fold of folds) fold.open = words.length > 0 && !fold.hidden;
      said.textContent = shown ? "" : said.dataset.none;
    });

    keepApart(input);
  };

  for (const input of document.querySelectorAll("[data-filter]")) setUp(input);
  // Here the server finds what matches.
  for (const input of document.querySelectorAll("[data-find]")) keepApart(input);
})();
