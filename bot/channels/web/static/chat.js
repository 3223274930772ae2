// The chat on the page: nothing is stored or sent before the visitor starts; unsent messages keep their id.

import * as api from "./api.js";
import { drawTyping, messageSent, tellTyping } from "./typing.js";
import { atEnd, byId, currentLanguage, element, messageNode, reveal, setLanguage, t } from "./view.js";

const AUTOMATIC_RETRIES = 3;
const COUNT_FROM = 200;
const RESUME = "#resume=";
const texts = JSON.parse(byId("texts").textContent);
const log = byId("log");
const input = byId("input");
const shown = new Map(); // message id -> node
let stream = null;
let lastId = null;
let waiting = 0;
let queue = Promise.resolve();
let assistantWrites = false;
let staffWrites = null; // display name
let link = null; // what a link in a mail carries
let connected = true;
let state = "bot";

function show(message) {
  if (shown.has(message.id)) {
    const known = shown.get(message.id);
    if (message.author === "visitor") {
      known.lang = message.language;
      delivered(known);
    }
    return known;
  }
  const follow = message.author === "visitor" || atEnd(log);
  const node = messageNode(message, press);
  shown.set(message.id, node);
  log.append(node);
  if (follow) reveal(log, node);
  return node;
}

function notice(key, action) {
  const node = element("article", "message system");
  const line = element("p", "bubble", t(key));
  line.dataset.text = key;
  node.append(line);
  if (action) {
    const button = element("button", "quiet", t(action.key));
    button.type = "button";
    button.dataset.text = action.key;
    button.addEventListener("click", action.run, { once: true });
    node.append(button);
  }
  log.append(node);
  reveal(log, node);
  return node;
}

function say(text) {
  deliver({ id: crypto.randomUUID(), text }, text);
}

function press(choice, title) {
  deliver({ id: crypto.randomUUID(), choice }, title);
  input.focus();
}

// One after the other: parallel requests could overtake each other on the way.
function deliver(body, text) {
  const message = { id: body.id, at: new Date().toISOString(), author: "visitor", language: currentLanguage(), text };
  const node = show(message);
  setWaiting(+1);
  queue = queue.then(() => sendUntilAnswered(node, body, text)).catch(reportError).finally(() => setWaiting(-1));
}

async function sendUntilAnswered(node, body, text) {
  if (stream === null) return;
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await api.send(body);
      delivered(node);
      answer.messages.forEach(show);
      setState(answer.state);
      return;
    } catch (refusal) {
      if (!(refusal instanceof api.Refusal)) throw refusal;
      if (refusal.status === 401) return ended();
      const passing = refusal.status === 0 || refusal.status >= 500;
      if (!passing || attempt >= AUTOMATIC_RETRIES) return undelivered(node, body, text, refusal, passing);
      status(node, t("retrying"), refusal);
      await new Promise((done) => setTimeout(done, 1000 * Math.max(refusal.retryAfter || 0, 1 + attempt)));
    }
  }
}

function status(node, line, refusal) {
  delivered(node);
  const box = element("div", "status");
  box.setAttribute("role", "status");
  const reason = element("span", "", refusal.detail ?? t("offline"));
  reason.lang = refusal.language ?? currentLanguage();
  box.lang = currentLanguage();
  box.append(element("span", "", line), reason);
  node.append(box);
  reveal(log, node);
  return box;
}

function delivered(node) {
  node.querySelector(".status")?.remove();
}

function undelivered(node, body, text, refusal, passing) {
  const box = status(node, t("unsent"), refusal);
  if (!passing && refusal.status !== 429) return;
  const button = element("button", "quiet", t("retry"));
  button.type = "button";
  button.addEventListener("click", () => deliver(body, text), { once: true });
  box.append(button);
}

function setWaiting(change) {
  waiting += change;
  drawWriters();
}

const withPeople = () => state === "waiting" || state === "human";

function drawWriters() {
  drawTyping((waiting > 0 || assistantWrites) && !withPeople(), staffWrites);
}

function setState(next) {
  state = next;
  byId("person").hidden = withPeople() || stream === null;
  drawWriters();
  drawBanner();
}

function drawBanner() {
  const key = !connected ? "reconnecting" : { waiting: "state_waiting", human: "state_human" }[state];
  byId("banner").textContent = key ? t(key) : "";
}

function connect() {
  stream = api.listen(lastId, {
    message: show,
    typing: ({ author, name, typing }) => {
      if (author === "staff") staffWrites = typing ? name ?? "" : null;
      else assistantWrites = typing;
      drawWriters();
    },
    state: (next) => (next === "ended" ? ended() : setState(next)),
    connection: (up) => { connected = up; drawBanner(); },
  });
}

function openTalk(messages) {
  byId("gate").hidden = true;
  byId("talk").hidden = false;
  byId("person").hidden = false;
  byId("composer").inert = false;
  byId("chat").scrollIntoView({ block: "nearest" });
  messages.forEach(show);
  lastId = messages.at(-1)?.id ?? null;
  connect();
  input.focus();
}

async function start() {
  const button = byId("start");
  button.disabled = true;
  button.querySelector("span").textContent = t("starting");
  byId("gate-error").textContent = "";
  try {
    openTalk((await (link ? api.reopen(link) : api.open(currentLanguage()))).messages);
    link = null;
  } catch (refusal) {
    byId("gate-error").textContent = refusal.detail ?? t("offline");
    if (refusal.status === 401) link = null;
  }
  button.disabled = false;
  drawStart();
}

// A link is followed only when the visitor says so: programs that look at mails open links too.
function takeLink() {
  if (!location.hash.startsWith(RESUME)) return;
  link = location.hash.slice(RESUME.length);
  history.replaceState(null, "", location.pathname + location.search);
  drawStart();
}

function drawStart() {
  const label = byId("start").querySelector("span");
  label.dataset.text = link ? "continue_chat" : "start";
  label.textContent = t(label.dataset.text);
}

async function resume() {
  try {
    const past = await api.allMessages();
    openTalk(past.messages);
    setState(past.state);
  } catch (refusal) {
    if (refusal.status === 401) return api.forget();
    byId("gate-error").textContent = refusal.detail ?? t("offline");
    setTimeout(resume, 3000);
  }
}

function ended(key = "ended") {
  if (stream === null) return;
  stream.close();
  stream = null;
  api.forget();
  connected = true;
  staffWrites = null;
  setState("bot");
  byId("composer").inert = true;
  notice(key, { key: "new_chat", run: renew }).querySelector("button").focus();
}

function renew() {
  log.replaceChildren();
  shown.clear();
  lastId = null;
  byId("talk").hidden = true;
  byId("gate").hidden = false;
  byId("start").focus();
}

async function download() {
  try {
    const blob = new Blob([JSON.stringify(await api.exported(), null, 2)], { type: "application/json" });
    const link = element("a");
    link.href = URL.createObjectURL(blob);
    link.download = "chat.json";
    link.click();
    URL.revokeObjectURL(link.href);
  } catch (refusal) {
    byId("banner").textContent = refusal.detail ?? t("offline");
  }
}

async function eraseAll() {
  try {
    await api.erase();
    log.replaceChildren();
    ended("deleted");
  } catch (refusal) {
    byId("banner").textContent = refusal.detail ?? t("offline");
  }
}

function grow() {
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight, 160)}px`;
  const left = input.maxLength - input.value.length;
  byId("left").textContent = left <= COUNT_FROM ? t("left", { n: left }) : "";
}

function submit(event) {
  event.preventDefault();
  const text = input.value.trim();
  if (!text) return input.focus();
  input.value = "";
  messageSent();
  grow();
  say(text);
  input.focus();
}

byId("start").addEventListener("click", start);
byId("composer").addEventListener("submit", submit);
byId("person").addEventListener("click", () => say(t("person_message")));
byId("download").addEventListener("click", download);
byId("delete").addEventListener("click", () => byId("confirm").showModal());
byId("confirm").addEventListener("close", (event) => {
  if (event.target.returnValue === "delete") eraseAll();
  event.target.returnValue = "";
});
input.addEventListener("input", grow);
input.addEventListener("input", () => withPeople() && input.value && tellTyping());
input.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
});
for (const link of document.querySelectorAll("[data-language]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    setLanguage(texts, link.dataset.language);
    history.replaceState(history.state, "", `?lang=${link.dataset.language}`);
    drawWriters();
    drawBanner();
  });
}
setLanguage(texts, document.documentElement.lang);
takeLink();
if (!link && api.resume()) resume();
