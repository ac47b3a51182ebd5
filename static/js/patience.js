// While a form works that may take long: that it goes on, for how long by now, and no second click.
// Without this file the form works as well.
(() => {
  const begin = (form, line) => {
    const button = form.querySelector("button:not([type=button])");
    const said = line.querySelector("[role=status]");
    const seconds = line.querySelector("[data-seconds]");
    const began = Date.now();
    const bar = line.querySelector("progress");
    bar.hidden = false;
    line.classList.add("is-on");
    said.textContent = line.dataset.working;
    const count = () => {
      seconds.textContent = `${Math.round((Date.now() - began) / 1000)} ${line.dataset.unit}`;
    };
    count();
    const clock = setInterval(count, 1000);
    // The form's own data is taken first: a disabled button is no part of it.
    setTimeout(() => {
      if (button) button.disabled = true;
    });
    return () => {
      clearInterval(clock);
      bar.hidden = true;
      line.classList.remove("is-on");
      said.textContent = seconds.textContent = "";
      if (button) button.disabled = false;
    };
  };

  for (const form of document.querySelectorAll("form:has([data-working])")) {
    let end = null;
    form.addEventListener("submit", (event) => {
      if (end) event.preventDefault();
      else end = begin(form, form.querySelector("[data-working]"));
    });
    // Whoever comes back to the page finds it as it was.
    addEventListener("pageshow", (event) => {
      if (!event.persisted || !end) return;
      end();
      end = null;
    });
  }
})();
