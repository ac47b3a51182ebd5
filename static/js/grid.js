// A table of ticks is one stop of the Tab key; the arrow keys, Home and End move inside. Where each row is a
// choice of one, the browser's own keys do.
(() => {
  const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  // A stop is a tick, or the person's name at the beginning of the row.
  const STOP = "tbody input[type=checkbox], tbody a";
  const stop = (row, column) => row?.cells[column]?.querySelector("input[type=checkbox], a");

  const neighbour = (grid, box, [down, right]) => {
    const rows = [...grid.tBodies[0].rows];
    let row = rows.indexOf(box.closest("tr"));
    let column = box.closest("td, th").cellIndex;
    for (;;) {
      row += down;
      column += right;
      if (row < 0 || row >= rows.length || column < 0 || column >= rows[row].cells.length) return null;
      const found = stop(rows[row], column);
      if (found) return found;
    }
  };

  const inRow = (box, last) => {
    const boxes = [...box.closest("tr").querySelectorAll("td input[type=checkbox], td a")];
    return last ? boxes.at(-1) : boxes[0];
  };

  const mark = (event) => {
    for (const box of event.target.closest("tr").querySelectorAll("input")) {
      box.closest("td").classList.toggle("is-changed", box.checked !== box.defaultChecked);
    }
  };

  const setUp = (grid) => {
    grid.dataset.grid = "ready";
    grid.addEventListener("change", mark);
    const stops = [...grid.querySelectorAll(STOP)];
    const first = grid.querySelector("tbody input[type=checkbox]") ?? stops[0];
    if (!first) return;
    for (const each of stops) each.tabIndex = each === first ? 0 : -1;
    // The frame is a stop of its own only while nothing in it can have the focus.
    grid.parentElement.removeAttribute("tabindex");
    grid.addEventListener("focusin", (event) => {
      if (!event.target.matches(STOP)) return;
      for (const each of stops) each.tabIndex = each === event.target ? 0 : -1;
    });
    grid.addEventListener("keydown", (event) => {
      const box = event.target;
      if (!box.matches(STOP)) return;
      const end = event.key === "End";
      const to = moves[event.key] ? neighbour(grid, box, moves[event.key]) : end || event.key === "Home" ? inRow(box, end) : null;
      if (!to) return;
      event.preventDefault();
      to.focus();
    });
  };

  const setUpAll = () => document.querySelectorAll('[data-grid=""]').forEach(setUp);
  document.addEventListener("htmx:afterSwap", setUpAll);
  setUpAll();
})();
