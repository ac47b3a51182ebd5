// While a form works that may take long: that it goes on, for how long by now, and no second click.
// Without this file the form works as well.
(() => {
  const nameOfRun = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (each) => each.toString(16).padStart(2, "0")).join("");

  const begin = (form, line) => {
    const button = form.querySelector("button:not([type=button])");
    const said = line.querySelector("[role=status]");
    const seconds = line.querySelector("[data-seconds]");
    const began = Date.now();
    let told = "";
    const bar = line.querySelector("progress");
    bar.hidden = false;
    line.classList.add("is-on");
    said.textContent = line.dataset.working;
    const count = () => {
      seconds.textContent = `${told}${Math.round((Date.now() - began) / 1000)} ${line.dataset.unit}`;
    };
    // The step's own transaction is open meanwhile: another request asks how far it is.
    const run = nameOfRun();
    form.elements.run.value = run;
    const ask = async () => {
      const answer = await fetch(line.dataset.progress.replace("run", run)).catch(() => null);
      if (!answer?.ok) return;
      const { done, whole } = await answer.json().catch(() => ({}));
      if (!whole) return;
      bar.max = whole;
      bar.value = done;
      told = `${line.dataset.count.replace("{done}", done).replace("{whole}", whole)} · `;
      count();
    };
    count();
    const clock = setInterval(count, 1000);
    const asking = setInterval(ask, 700);
    // The form's own data is taken first: a disabled button is no part of it.
    setTimeout(() => {
      if (button) button.disabled = true;
    });
    return () => {
      clearInterval(clock);
      clearInterval(asking);
      bar.hidden = true;
      bar.removeAttribute("value");
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
