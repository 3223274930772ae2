// The page of a case: new messages as they come, sending without losing a word, typing in both directions.

import { ask, fragment, trouble, watch } from "./desk.js";

const TYPING_MILLISECONDS = 3000;
const data = document.body.dataset;
const here = `/desk/cases/${data.number}`;
const log = document.getElementById("log");
const head = document.getElementById("head");
const alertBox = document.getElementById("alert");
const typing = document.getElementById("typing");
const composer = document.getElementById("composer");
const answer = document.getElementById("answer");

/** A random UUID, also where the page does not come over https. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function toEnd() {
  log.scrollTop = log.scrollHeight;
}

function setVersion(version) {
  data.version = version;
  for (const field of document.querySelectorAll('input[name="version"]')) field.value = version;
}

function showAlert(text, reload = false) {
  alertBox.replaceChildren(document.createTextNode(text));
  alertBox.hidden = !text;
  if (!text || !reload) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = data.reload;
  button.addEventListener("click", () => location.reload());
  alertBox.append(button);
}

function lastPosition() {
  const positions = [...log.querySelectorAll("[data-position]")].map((one) => Number(one.dataset.position));
  return Math.max(0, ...positions);
}

async function renew() {
  const news = await (await ask(`${here}/news?after=${lastPosition()}`)).json();
  head.replaceChildren(fragment(news.head));
  // Two of these may run at once, so what has come meanwhile is not shown again.
  const shown = lastPosition();
  const fresh = [...fragment(news.messages).children].filter((one) => Number(one.dataset.position) > shown);
  if (fresh.length) {
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
    log.querySelector(".empty")?.remove();
    log.append(...fresh);
    typing.textContent = "";
    if (atEnd) toEnd();
  }
  const mine = news.mine ? "yes" : "no";
  // Whoever holds the case changes its version by writing; only another holder or state asks for a new page.
  if (mine !== data.mine || (!news.mine && String(news.version) !== data.version)) showAlert(data.changed, true);
  else if (news.mine) setVersion(news.version);
  if (composer) await lookForTyping();
}

async function send() {
  const text = answer.value.trim();
  const button = document.getElementById("send");
  if (!text || button.disabled) return;
  const label = button.textContent;
  // Now and not when it is done: by then whoever wrote may be elsewhere on the page.
  answer.focus();
  button.disabled = true;
  button.textContent = data.sending;
  try {
    const done = await ask(`${here}/messages`, { text, id: composer.elements.id.value });
    setVersion((await done.json()).version);
    composer.elements.id.value = newId();
    answer.value = "";
    showAlert("");
    trouble("");
    await renew();
    toEnd();
  } catch (error) {
    // What was typed stays where it is, and the same id makes a second try harmless.
    showAlert(error.message, error.status === 409);
  } finally {
    button.disabled = false;
    button.textContent = label;
  }
}

function insertCanned() {
  const text = document.getElementById("canned").value;
  if (!text) return;
  const gap = answer.value && !/\s$/.test(answer.value.slice(0, answer.selectionStart)) ? "\n" : "";
  answer.setRangeText(gap + text, answer.selectionStart, answer.selectionEnd, "end");
  answer.focus();
  grow();
}

function grow() {
  answer.rows = Math.min(12, Math.max(3, answer.value.split("\n").length + Math.floor(answer.value.length / 70)));
}

let told = 0;

function tellTyping() {
  grow();
  const now = Date.now();
  if (now - told < TYPING_MILLISECONDS || !answer.value) return;
  told = now;
  ask(`${here}/typing`, {}).catch(() => {});
}

async function lookForTyping() {
  if (document.hidden) return;
  try {
    const seen = (await (await ask(`${here}/typing`)).json()).typing ? data.typing : "";
    if (typing.textContent !== seen) typing.textContent = seen;
  } catch {
    typing.textContent = "";
  }
}

if (composer) {
  composer.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });
  answer.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      void send();
    }
  });
  answer.addEventListener("input", tellTyping);
  document.getElementById("insert").addEventListener("click", insertCanned);
  setInterval(lookForTyping, TYPING_MILLISECONDS);
  grow();
}

toEnd();
watch(renew);
