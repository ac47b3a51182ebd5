// Hides the first steps where somebody has closed them; not deferred, so that they don't flash.
(() => {
  const STORED = "first-steps";
  const steps = document.querySelector("[data-first-steps]");
  const button = steps.querySelector("[data-first-steps-hide]");
  try {
    steps.hidden = localStorage.getItem(STORED) === "hidden";
    button.hidden = false;
  } catch {
    // Where storage is switched off they stay.
  }
  button.addEventListener("click", () => {
    localStorage.setItem(STORED, "hidden");
    steps.hidden = true;
    document.getElementById("main").focus();
  });
})();
