/**
 * What scripts add to a form: the captcha is solved while the person types, and an embedded form is submitted without
 * leaving the page, if the owner allowed that page. If anything fails, the browser submits the form normally.
 */
export const FORM_SCRIPT = `(() => {
  const bits = 14;
  const hidden = (form, name, value) => {
    let input = form.querySelector('input[name="' + name + '"]');
    if (!input) {
      input = document.createElement("input");
      input.type = "hidden";
      input.name = name;
      form.append(input);
    }
    input.value = value;
  };
  const solve = async (challenge) => {
    const encoder = new TextEncoder();
    for (let nonce = 0; ; nonce++) {
      const hash = await crypto.subtle.digest("SHA-256", encoder.encode(challenge + ":" + nonce));
      if (Math.clz32(new DataView(hash).getUint32(0)) >= bits) return String(nonce);
    }
  };
  const work = async (form) => {
    const known = form.querySelector('input[name="_c"]');
    let challenge = known && known.value;
    let mayReply = false;
    if (!challenge) {
      const url = new URL(form.action);
      url.pathname += "/challenge";
      url.search = "";
      challenge = (await (await fetch(url, { credentials: "omit" })).json()).challenge;
      mayReply = true;
    }
    const begun = Date.now();
    const nonce = await solve(challenge);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, 2100 - (Date.now() - begun))));
    return { challenge, nonce, mayReply };
  };
  const reply = async (form) => {
    const response = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { accept: "application/json" },
      credentials: "omit",
    });
    const answer = await response.json();
    if (answer.redirect) {
      location.assign(answer.redirect);
      return true;
    }
    const note = document.createElement("p");
    note.setAttribute("role", answer.ok ? "status" : "alert");
    note.className = "swiftmail-note";
    note.textContent = answer.message;
    if (answer.ok) {
      form.replaceWith(note);
    } else {
      form.querySelectorAll(".swiftmail-note").forEach((old) => old.remove());
      form.prepend(note);
    }
    return true;
  };
  for (const form of document.querySelectorAll("form[data-swiftmail]")) {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    for (const select of form.querySelectorAll("select[data-zone]")) {
      if (select.value === "" && [...select.options].some(({ value }) => value === zone)) select.value = zone;
    }
    let working;
    let sending = false;
    const start = () => (working ??= work(form).catch(() => undefined));
    form.addEventListener("focusin", start);
    form.addEventListener("submit", async (event) => {
      if (!globalThis.crypto?.subtle) return;
      event.preventDefault();
      if (sending) return;
      sending = true;
      const done = await start();
      working = undefined;
      sending = false;
      if (done) {
        hidden(form, "_c", done.challenge);
        hidden(form, "_n", done.nonce);
        if (done.mayReply && "inline" in form.dataset) {
          const answered = await reply(form).catch(() => false);
          form.querySelector('input[name="_c"]')?.remove();
          if (answered) return;
        }
      }
      form.submit();
    });
  }
})();
`;
