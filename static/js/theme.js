// Sets the theme before the first paint. The choice stays in this browser; without one the system decides.
(() => {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const order = ["system", "light", "dark"];

  const chosen = () => {
    try {
      const theme = localStorage.getItem("theme");
      return order.includes(theme) ? theme : "system";
    } catch {
      return "system";
    }
  };

  const apply = (choice) => {
    root.dataset.themeChoice = choice;
    root.dataset.bsTheme = choice === "system" ? (system.matches ? "dark" : "light") : choice;
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.hidden = false;
      button.setAttribute("aria-label", button.dataset[choice]);
      button.title = button.dataset[choice];
    }
  };

  const next = () => {
    const choice = order[(order.indexOf(root.dataset.themeChoice) + 1) % order.length];
    try {
      localStorage.setItem("theme", choice);
    } catch {
      // Storage is switched off: the choice then lasts as long as the page.
    }
    apply(choice);
  };

  root.classList.add("scripted");
  apply(chosen());
  system.addEventListener("change", () => apply(chosen()));
  document.addEventListener("DOMContentLoaded", () => apply(root.dataset.themeChoice));
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-theme-toggle]")) next();
  });
})();
