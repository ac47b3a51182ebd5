// Helps to fill in the matrix of modules and levels; what is sent is the same without it.
(() => {
  const GIVEN = "input:checked, .matrix-tick:not(.is-none), .matrix-part, .matrix-note";
  const boxesOf = (row) => [...row.querySelectorAll("input[type=checkbox]")];

  // Write includes read, publishing includes both (the server says the same).
  const keepOrder = (row, box) => {
    const boxes = boxesOf(row);
    const at = boxes.indexOf(box);
    boxes.forEach((other, index) => {
      if (other.disabled || index === at) return;
      if (box.checked && index < at) other.checked = true;
      if (!box.checked && index > at) other.checked = false;
    });
  };

  const markChanges = (matrix) => {
    const rows = new Set();
    for (const box of matrix.querySelectorAll(".matrix-row input[type=checkbox]")) {
      const changed = box.checked !== box.defaultChecked;
      box.closest(".matrix-cell").classList.toggle("is-changed", changed);
      if (changed) rows.add(box.closest("tr"));
    }
    // A higher level ticks those below it: that is one change to the module, not three.
    const changes = rows.size;
    const said = matrix.querySelector("[data-matrix-said]");
    said.textContent = changes ? `${changes} ${matrix.dataset.changed}` : "";
  };

  const showOnlyGiven = (matrix, only) => {
    let any = false;
    for (const body of matrix.querySelectorAll("tbody")) {
      let shown = 0;
      for (const row of body.querySelectorAll(".matrix-row")) {
        const given = row.querySelector(GIVEN) !== null;
        row.hidden = only && !given;
        shown += !row.hidden;
      }
      body.hidden = shown === 0;
      any ||= shown > 0;
    }
    // A sentence instead of rows of dashes.
    matrix.querySelector("table").hidden = !any;
    matrix.querySelector("[data-matrix-nothing]").hidden = any;
  };

  const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  const boxAt = (row, column) => row?.cells[column]?.querySelector("input:not(:disabled)");

  const neighbour = (matrix, box, [down, right]) => {
    const rows = [...matrix.querySelectorAll(".matrix-row:not([hidden])")];
    let row = rows.indexOf(box.closest("tr"));
    let column = box.closest("td").cellIndex;
    for (;;) {
      row += down;
      column += right;
      if (row < 0 || row >= rows.length || column < 1 || column > 3) return null;
      const found = boxAt(rows[row], column);
      if (found) return found;
    }
  };

  const setUp = (matrix) => {
    for (const box of matrix.querySelectorAll("[data-partial]:not(:checked)")) box.indeterminate = true;
    const filter = matrix.querySelector("[data-matrix-filter]");
    filter.hidden = false;
    const only = filter.querySelector("input");
    only.addEventListener("change", () => showOnlyGiven(matrix, only.checked));
    // Where one only reads, what is given comes first; the rest is one click away.
    only.checked = matrix.closest("[data-matrix-brief]") !== null;
    if (only.checked) showOnlyGiven(matrix, true);
    matrix.addEventListener("change", (event) => {
      const row = event.target.closest(".matrix-row");
      if (!row) return;
      keepOrder(row, event.target);
      markChanges(matrix);
    });
    matrix.addEventListener("keydown", (event) => {
      if (!moves[event.key] || !event.target.matches(".matrix-row input")) return;
      event.preventDefault();
      neighbour(matrix, event.target, moves[event.key])?.focus();
    });
    markChanges(matrix);
  };

  for (const matrix of document.querySelectorAll("[data-matrix]")) setUp(matrix);

  // The account form draws it anew when groups are ticked; ticks set in the meantime stay.
  let ticks = new Map();
  document.addEventListener("htmx:beforeSwap", (event) => {
    const boxes = [...event.detail.target.querySelectorAll("[data-matrix] input[name=levels]")];
    ticks = new Map(boxes.map((box) => [box.value, box.checked]));
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    for (const box of event.detail.target.querySelectorAll("[data-matrix] input[name=levels]")) {
      box.checked = ticks.get(box.value) ?? box.checked;
    }
    for (const matrix of event.detail.target.querySelectorAll("[data-matrix]")) setUp(matrix);
  });
})();
