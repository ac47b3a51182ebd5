// Menus, the dialog, ticked rows and partial answers. Every page works without this file.
(() => {
  const dialog = document.getElementById("dialog");

  // Menus are <details>: close them on Escape and on a click elsewhere.
  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details.drop[open], details.drawer[open]")) {
      if (!menu.contains(except)) menu.open = false;
    }
  };
  document.addEventListener("click", (event) => closeMenus(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.activeElement?.closest("details.drop[open], details.drawer[open]");
    closeMenus(null);
    open?.querySelector("summary").focus();
  });
  document.addEventListener("focusin", (event) => {
    for (const menu of document.querySelectorAll("details.drop[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  // Arrow keys move inside an open menu. Radios have arrows of their own, which choose.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const menu = event.target.closest("details.drop[open]");
    if (!menu || event.target.matches("[type=radio]")) return;
    const items = [...menu.querySelectorAll(".drop-item, [type=radio]:checked")];
    if (!items.length) return;
    const step = event.key === "ArrowDown" ? 1 : -1;
    const at = items.indexOf(document.activeElement);
    const from = at < 0 && step < 0 ? 0 : at;
    items[(from + step + items.length) % items.length]?.focus();
    event.preventDefault();
  });

  // Below a type-ahead the arrow keys reach what was found, and Enter the first of it. What was found for
  // other letters than those that stand there now is left alone: then Enter asks the server.
  document.addEventListener("keydown", (event) => {
    const field = (dialog?.open ? dialog : document).querySelector("[data-finds]");
    const steps = { ArrowDown: 1, ArrowUp: -1, Enter: 1 };
    if (!field || !(event.key in steps)) return;
    const list = document.getElementById(field.dataset.finds);
    const stops = [field, ...list.querySelectorAll("button, a")];
    const at = stops.indexOf(event.target);
    if (at < 0 || list.dataset.for !== field.value || (event.key === "Enter" && at > 0)) return;
    event.preventDefault();
    if (event.key === "Enter" && "opens" in field.dataset) {
      stops[1]?.click();
      return;
    }
    stops[Math.max(0, Math.min(at + steps[event.key], stops.length - 1))].focus();
  });

  // Ctrl-K, on a Mac ⌘K, opens Find, unless something is being filled in.
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k" || dialog?.open) return;
    const button = document.querySelector("[data-palette]");
    if (!button) return;
    event.preventDefault();
    button.click();
  });

  // The dialog: filled by htmx, then opened; Cancel and the cross close it.
  document.addEventListener("click", (event) => {
    if (event.target === dialog || (dialog?.open && event.target.closest("[data-dialog-close]"))) {
      event.preventDefault();
      dialog.close();
    }
  });
  dialog?.addEventListener("close", () => dialog.replaceChildren());

  // The second click of a double click sends nothing: after Preview, Save stands in the same place. Nor does
  // it close the dialog that the first one opened.
  document.addEventListener(
    "click",
    (event) => {
      if (event.detail < 2 || !(event.target === dialog || event.target.closest("button:not([type=button])"))) return;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );

  // A form that went through answers with a redirect: follow it with the whole window.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr, pathInfo } = event.detail;
    if (target !== dialog || !xhr.responseURL) return;
    const answered = new URL(xhr.responseURL);
    const asked = new URL(pathInfo.finalRequestPath, window.location.href);
    if (answered.pathname !== asked.pathname) {
      event.detail.shouldSwap = false;
      window.location.assign(answered);
    }
  });

  const enhance = (root) => {
    for (const all of root.querySelectorAll("[data-tick-all]")) all.hidden = false;
    root.querySelector("[data-focus]")?.focus();
  };

  document.addEventListener("htmx:afterSwap", (event) => {
    const target = event.detail.target;
    if (target === dialog) {
      closeMenus(null);
      if (!dialog.open) dialog.showModal();
      const first = dialog.querySelector("[data-focus], .form-body input:not([type=hidden]), .form-body select");
      // Where there is only to say yes, Enter says it, unless that takes something away.
      (first ?? dialog.querySelector(".form-foot .btn-primary"))?.focus();
    }
    const results = document.getElementById("results");
    const said = document.getElementById("results-said");
    if (results && said) said.textContent = results.dataset.said ?? "";
    enhance(document);
  });

  // A refused or broken partial request: show the whole page for what was read, a message for what was sent.
  document.addEventListener("htmx:responseError", (event) => {
    const { requestConfig } = event.detail;
    if (requestConfig.verb === "get") {
      window.location.assign(requestConfig.path);
      return;
    }
    tell();
  });
  document.addEventListener("htmx:sendError", () => tell());

  const tell = () => {
    dialog?.close();
    const region = document.getElementById("messages");
    const notice = document.createElement("div");
    notice.className = "notice notice-error";
    const words = document.createElement("p");
    words.textContent = region.dataset.failed;
    notice.append(words);
    region.replaceChildren(notice);
    region.scrollIntoView({ block: "nearest" });
  };

  // Ticked rows.
  const countTicks = () => {
    const boxes = [...document.querySelectorAll(".row-check")];
    const ticked = boxes.filter((box) => box.checked).length;
    const said = document.querySelector(".bulk-count");
    if (said) said.textContent = `${ticked} ${said.dataset.selected}`;
    const all = document.querySelector("[data-tick-all] input");
    if (all) {
      all.checked = ticked > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    }
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-tick-all] input")) {
      for (const box of document.querySelectorAll(".row-check")) box.checked = event.target.checked;
    }
    if (event.target.matches("[data-tick-all] input, .row-check")) countTicks();
  });

  // The way back to a list leads to it as it was left: with its search, filters, order and page.
  const KEPT = "list:";
  const keepList = () => {
    if (document.getElementById("results")) sessionStorage.setItem(KEPT + location.pathname, location.search);
  };
  document.addEventListener("htmx:pushedIntoHistory", keepList);
  document.addEventListener("htmx:replacedInHistory", keepList);
  keepList();
  for (const crumb of document.querySelectorAll(".crumbs a")) {
    crumb.search ||= sessionStorage.getItem(KEPT + crumb.pathname) ?? "";
  }

  enhance(document);
})();
