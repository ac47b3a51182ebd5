// Allow all, Allow none and "All permissions" fill the form in at once; without this file the server does it.
(() => {
  const form = document.querySelector("[data-permissions]");
  if (!form) return;
  const said = form.querySelector("[data-said]");
  const tick = form.querySelector("[data-all-tick]");
  const radios = (value) => form.querySelectorAll(`input[type="radio"][value="${value}"]`);

  const say = () => {
    const changed = [...radios("yes")].filter((radio) => radio.checked !== radio.defaultChecked).length;
    if (said) said.textContent = changed ? `${changed} ${form.dataset.changed}` : "";
    if (tick) tick.checked = [...radios("yes")].every((radio) => radio.checked);
  };

  const fill = (value) => {
    for (const radio of radios(value)) radio.checked = true;
    say();
  };

  for (const button of form.querySelectorAll("[data-all]")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      fill(button.dataset.all);
    });
  }
  form.addEventListener("change", (event) => {
    if (event.target === tick) fill(tick.checked ? "yes" : "no");
    else if (event.target.type === "radio") say();
  });
  // What is ticked here is sent radio by radio.
  form.addEventListener("submit", () => {
    if (tick) tick.disabled = true;
  });
  say();
})();
