// Says two minutes before that whoever does nothing will be signed out, and asks whether they are still there:
// what is typed into a form would be lost. What is done in another window of the browser counts too.
(() => {
  const notice = document.querySelector("[data-idle]");
  if (!notice) return;
  const wait = Number(notice.dataset.idle) * 1000;
  const KEY = "seen";
  let here = Date.now();

  const lastSeen = () => {
    try {
      return Math.max(here, Number(localStorage.getItem(KEY)) || 0);
    } catch {
      return here;
    }
  };

  const seen = () => {
    here = Date.now();
    try {
      localStorage.setItem(KEY, here);
    } catch {
      // Without storage each window counts for itself.
    }
    notice.hidden = true;
  };

  const look = () => {
    notice.hidden = Date.now() - lastSeen() < wait;
  };

  seen();
  setInterval(look, 5000);
  document.addEventListener("visibilitychange", look);
  document.addEventListener("htmx:afterRequest", (event) => event.detail.successful && seen());
  notice.querySelector("button").addEventListener("click", async () => {
    const answer = await fetch(notice.dataset.stay, { redirect: "manual" }).catch(() => null);
    if (answer?.ok) {
      seen();
      document.getElementById("main").focus();
    } else {
      // Too late, or no connection: the page says which.
      notice.querySelector("p").textContent = notice.dataset.late;
    }
  });
})();
