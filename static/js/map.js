// While one points at a node of an access map, or it has the focus, the lines through it stand out. Without this
// file the map is whole and its links work.
(() => {
  const setUp = (map) => {
    const lines = [...map.querySelectorAll("[data-through]")].map((line) => [line, line.dataset.through.split(" ")]);
    const nodes = [...map.querySelectorAll("[data-node]")];

    const show = (node) => {
      const name = node?.dataset.node;
      const near = new Set();
      for (const [line, through] of lines) {
        const is = Boolean(name) && through.includes(name);
        line.classList.toggle("is-through", is);
        if (is) for (const each of line.dataset.ends.split(" ")) near.add(each);
      }
      for (const each of nodes) each.classList.toggle("is-through", near.has(each.dataset.node));
      map.classList.toggle("is-traced", near.size > 0);
    };

    const under = (event) => event.target.closest?.("[data-node]");
    map.addEventListener("pointerover", (event) => show(under(event)));
    map.addEventListener("pointerleave", () => show(map.querySelector("[data-node]:focus")));
    map.addEventListener("focusin", (event) => show(under(event)));
    map.addEventListener("focusout", () => show(null));
  };

  document.querySelectorAll("[data-map]").forEach(setUp);
})();
