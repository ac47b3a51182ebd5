// Helps to fill in the matrix of modules and levels; what is sent is the same without it.
(() => {
  const GIVEN = "input:checked, .matrix-tick:not(.is-none), .matrix-part, .matrix-note";
  const STOP = "input[type=checkbox], button";
  const boxesOf = (row) => [...row.querySelectorAll("input[type=checkbox]")];

  // What comes through a group can be reached and heard, but not changed.
  const isFixed = (box) => box.getAttribute("aria-disabled") === "true";
  const ownOf = (row) => boxesOf(row).filter((box) => !isFixed(box));

  // Write includes read, publishing includes both (the server says the same).
  const keepOrder = (row, box) => {
    const boxes = boxesOf(row);
    const at = boxes.indexOf(box);
    boxes.forEach((other, index) => {
      if (isFixed(other) || index === at) return;
      if (box.checked && index < at) other.checked = true;
      if (!box.checked && index > at) other.checked = false;
    });
  };

  const set = (box, value) => {
    if (!box || isFixed(box)) return;
    box.checked = value;
    box.indeterminate = false;
    keepOrder(box.closest("tr"), box);
  };

  const rowsOf = (matrix) => [...matrix.querySelectorAll(".matrix-row:not([hidden])")];

  // The boxes that a button ticks or clears: its level of every module that is shown, or its row's.
  const boxesOfButton = (matrix, button) =>
    button.matches("[data-matrix-row]")
      ? ownOf(button.closest("tr"))
      : rowsOf(matrix)
          .map((row) => row.cells[button.closest("th").cellIndex].querySelector("input"))
          .filter((box) => box && !isFixed(box));

  const areAll = (boxes) => boxes.length > 0 && boxes.every((box) => box.checked);

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
    for (const button of matrix.querySelectorAll(".matrix-all")) {
      const boxes = boxesOfButton(matrix, button);
      button.hidden = boxes.length === 0;
      button.setAttribute("aria-pressed", areAll(boxes));
    }
  };

  const press = (matrix, button) => {
    const boxes = boxesOfButton(matrix, button);
    const value = !areAll(boxes);
    for (const box of boxes) set(box, value);
    markChanges(matrix);
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
    markChanges(matrix);
    makeOneStop(matrix);
  };

  // The whole matrix is one stop of the Tab key; inside, the arrow keys, Home and End move.
  const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const stopIn = (cell) => [...(cell?.querySelectorAll(STOP) ?? [])].find((each) => !each.hidden) ?? null;
  const lines = (matrix) => [matrix.querySelector("thead tr"), ...rowsOf(matrix)];
  const stopsIn = (line) => [...line.cells].map(stopIn).filter(Boolean);

  const makeOneStop = (matrix, wanted = null) => {
    const stops = lines(matrix).flatMap(stopsIn);
    const before = stops.find((each) => each.tabIndex === 0 && matrix.dataset.oneStop);
    const one = wanted ?? before ?? stops.find((each) => each.matches("input")) ?? stops[0];
    for (const each of matrix.querySelectorAll(`table :is(${STOP})`)) each.tabIndex = each === one ? 0 : -1;
    matrix.dataset.oneStop = "yes";
  };

  const neighbour = (matrix, stop, [down, right]) => {
    const all = lines(matrix);
    let line = all.indexOf(stop.closest("tr"));
    let column = stop.closest("td, th").cellIndex;
    for (;;) {
      line += down;
      column += right;
      if (line < 0 || line >= all.length || column < 0 || column >= all[line].cells.length) return null;
      const found = stopIn(all[line].cells[column]);
      if (found) return found;
    }
  };

  const target = (matrix, event) => {
    if (moves[event.key]) return neighbour(matrix, event.target, moves[event.key]);
    if (event.key !== "Home" && event.key !== "End") return null;
    const line = event.target.closest("tr");
    const stops = event.ctrlKey ? rowsOf(matrix).flatMap(stopsIn) : stopsIn(line);
    const ticks = stops.filter((each) => each.matches("input"));
    const among = ticks.length ? ticks : stops;
    return event.key === "End" ? among.at(-1) : among[0];
  };

  const setUp = (matrix) => {
    for (const box of matrix.querySelectorAll("[data-partial]:not(:checked)")) box.indeterminate = true;
    for (const box of matrix.querySelectorAll(".matrix-row input:disabled")) {
      box.disabled = false;
      box.setAttribute("aria-disabled", "true");
    }
    const filter = matrix.querySelector("[data-matrix-filter]");
    filter.hidden = false;
    const only = filter.querySelector("input");
    only.addEventListener("change", () => showOnlyGiven(matrix, only.checked));
    matrix.addEventListener("click", (event) => {
      if (event.target.matches("input[aria-disabled=true]")) event.preventDefault();
      const button = event.target.closest(".matrix-all");
      if (button) press(matrix, button);
    });
    matrix.addEventListener("change", (event) => {
      const row = event.target.closest(".matrix-row");
      if (!row) return;
      keepOrder(row, event.target);
      markChanges(matrix);
    });
    matrix.addEventListener("focusin", (event) => {
      if (event.target.matches(`table :is(${STOP})`)) makeOneStop(matrix, event.target);
    });
    matrix.addEventListener("keydown", (event) => {
      if (event.altKey || event.metaKey || !event.target.matches(`table :is(${STOP})`)) return;
      const to = target(matrix, event);
      if (!to) return;
      event.preventDefault();
      to.focus();
    });
    markChanges(matrix);
    makeOneStop(matrix);
    // Where one only reads, what is given comes first; the rest is one click away.
    only.checked = matrix.closest("[data-matrix-brief]") !== null;
    if (only.checked) showOnlyGiven(matrix, true);
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
