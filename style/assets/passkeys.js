// Passkeys: asks the server for a challenge, has the device answer it, sends the answer, and goes on. A button says all of that:
// data-passkey (create, get), data-challenge and data-answer (paths of the API), data-first (fields of its form that go with the first), data-as
// (the member that the answer is in), data-then (where to go), and data-said: what to say of what can happen, by the names that browsers and the API have
// for it. What else is in its form goes with the answer.

async function send(path, body) {
  const headers = body ? { "content-type": "application/json" } : {};
  const answer = await fetch(path, { method: "POST", headers, body: body && JSON.stringify(body) });
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  const kind = said.type?.split(":").pop() ?? "answer";
  throw Object.assign(new Error(said.detail ?? ""), { name: kind });
}

async function ask(kind, challenge) {
  if (kind === "create") {
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(challenge) });
  }
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(challenge) });
}

export async function use(button) {
  const { passkey, challenge, answer, first = "", as, then } = button.dataset;
  const form = button.form;
  const texts = JSON.parse(button.dataset.said);
  const said = button.parentElement.querySelector("[data-passkey] ~ [role=alert]");
  said.textContent = "";
  if (!form.reportValidity()) return;
  if (!window.PublicKeyCredential?.parseCreationOptionsFromJSON) {
    said.textContent = texts.browser;
    return;
  }
  const named = [...new FormData(form)].filter(([name, value]) => value && !/[_:]/.test(name));
  const isFirst = ([name]) => first.split(" ").includes(name);
  button.disabled = true;
  try {
    const firstly = named.filter(isFirst);
    const { ceremony, publicKey } = await send(challenge, firstly.length > 0 && Object.fromEntries(firstly));
    const credential = await ask(passkey, publicKey);
    const answered = { ceremony, credential: credential.toJSON() };
    // A password goes with the answer as well, where that is what signs in.
    const others = Object.fromEntries(as ? named : named.filter((field) => !isFirst(field)));
    await send(answer, { ...others, ...(as ? { [as]: answered } : answered) });
    location.assign(then);
  } catch (error) {
    said.textContent = texts[error.name] ?? (error.message || texts.answer);
    button.disabled = false;
  }
}
