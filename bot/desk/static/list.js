// Keeps the list of cases up to date without moving what somebody is on.

import { ask, fragment, watch } from "./desk.js";

const list = document.getElementById("list");
const words = document.getElementById("waiting-words");

async function renew() {
  const answer = await ask(`/desk/cases/list?${list.dataset.query}`);
  const count = Number(answer.headers.get("X-Waiting"));
  const fresh = fragment(await answer.text());
  const focused = list.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  list.replaceChildren(fresh);
  if (focused) list.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  words.textContent = count === 0 ? words.dataset.none
    : count === 1 ? words.dataset.one : words.dataset.many.replace("{count}", count);
}

for (const field of document.querySelectorAll(".filters select")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}

watch(renew);
