// Connects a form marked data-passkey="signup", "authenticate" or "login" with the browser's passkeys. The
// library asks the browser and sends the form; what goes wrong is said on the page.
(() => {
  "use strict";
  const form = document.querySelector("form[data-passkey]");
  if (!form || !window.PublicKeyCredential) return;
  const kind = form.dataset.passkey;
  const trouble = document.getElementById("passkey-trouble");
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    if (trouble) trouble.hidden = false;
  });
  form.hidden = false;
  window.allauth.webauthn.forms[`${kind}Form`]({
    ids: { [kind]: "passkey-button", credential: "passkey-credential", data: "passkey-data" },
  });
})();
