// Sets theme, contrast and density before the first paint. The choices stay in this browser; the first of each
// is what holds without one: there the system decides, or the page's own measure.
(() => {
  const CHOICES = {
    theme: ["system", "light", "dark"],
    contrast: ["system", "more"],
    density: ["comfortable", "compact"],
  };
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const strong = document.getElementById("contrast");
  // Where storage is switched off, a choice lasts as long as the page.
  const unstored = {};

  const read = (name) => {
    try {
      unstored[name] ??= localStorage.getItem(name);
    } catch {
      // As said above.
    }
    return CHOICES[name].includes(unstored[name]) ? unstored[name] : CHOICES[name][0];
  };

  const write = (name, choice) => {
    unstored[name] = choice;
    try {
      localStorage.setItem(name, choice);
    } catch {
      // As said above.
    }
  };

  const apply = () => {
    const theme = read("theme");
    root.dataset.bsTheme = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
    root.dataset.density = read("density");
    strong.media = read("contrast") === "more" ? "all" : strong.dataset.media;
  };

  const show = () => {
    for (const menu of document.querySelectorAll("[data-display]")) {
      for (const radio of menu.querySelectorAll("input")) radio.checked = read(radio.name) === radio.value;
    }
  };

  root.classList.add("scripted");
  apply();
  dark.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-display] input")) return;
    write(event.target.name, event.target.value);
    apply();
  });
})();
