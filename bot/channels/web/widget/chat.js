// The chat of one <ccc-chat>: what happens between the visitor, the window and the chat API.

import { connectTo } from "./api.js";
import { wireComposer } from "./composer.js";
import { draw, el, sheet } from "./dom.js";
import { buildFrame, putWords } from "./frame.js";
import { makeLog } from "./log.js";
import { makeOutbox } from "./outbox.js";
import { css, texts } from "./packed.js";
import { linkNode } from "./view.js";

const LINK = "#resume=";
const NARROW = matchMedia("(max-width: 30em), (max-height: 26em)");

export function createChat(host) {
  const root = host.shadowRoot;
  const $ = (id) => root.getElementById(id);
  const words = {
    get language() { return host.language; },
    picture,
    t: (key, values = {}, code = host.language) => texts[code][key].replace(/\{(\w+)\}/g, (_, name) => values[name]),
  };
  let state = "bot";
  let stop = null; // ends the stream; a chat goes on while it is set
  let lastId = null;
  let connected = true;
  let assistantWrites = false;
  let staffWrites = null; // display name
  let link = null; // what a link in a mail carries
  let asked = null; // what the page wants to be asked

  root.adoptedStyleSheets.push(sheet(css));
  root.append(buildFrame(texts, host.page));
  const api = connectTo(host);
  const log = makeLog($("log"), $("newer"), words, press);
  const outbox = makeOutbox(api, log, {
    alive: () => stop,
    answered(said) {
      said.messages.forEach(hear);
      setState(said.state);
    },
    ended,
    changed: drawWriters,
  });

  function openPanel() {
    const panel = $("panel");
    if (host.page || panel.open) return;
    if (NARROW.matches) panel.showModal(); // the chat covers the page, which is out of reach then
    else panel.show();
  }

  async function show() {
    openPanel();
    host.unread = 0;
    await resume();
    log.end();
    if (!host.page) focus();
  }

  function focus() {
    $(!stop ? "start" : matchMedia("(pointer: coarse)").matches ? "log" : "input").focus();
  }

  function hide() {
    if (!host.page) $("panel").close();
  }

  // A chat of this tab goes on; one of another tab is offered.
  async function resume() {
    if (stop || link) return;
    if (!api.resume()) return api.callTabs(drawStart);
    try {
      const past = await api.allMessages();
      openTalk(past.messages);
      setState(past.state);
    } catch (refusal) {
      gateError(refusal.status === 401 ? null : refusal);
      if (refusal.status === 401) api.forget();
      else setTimeout(resume, 3000);
    }
  }

  function ask(question) {
    if (stop) say(question);
    else asked = question;
  }

  // A language chosen in the chat is also the one the assistant is asked to answer in.
  function switchLanguage(code) {
    host.language = code;
    if (stop && !withPeople()) say(words.t("language_message"));
  }

  function translate() {
    putWords(root, words);
    log.translate();
    drawStart();
    drawWriters();
    drawBanner();
  }

  function say(text) {
    outbox.say({ text }, text, words.language);
  }

  // Drawn once in a chat; where it comes up again, and for all who want more, there is the link.
  function picture(name, language) {
    const figure = el("figure");
    api.picture(name, language).then(({ title, page, drawing }) => log.grow(() => {
      if (!root.querySelector(`svg.${name}`)) figure.append(draw(drawing));
      figure.append(linkNode(new URL(page, host.server).href, title));
    }), () => {}); // the text says it all without
    return figure;
  }

  function press(choice, title) {
    outbox.say({ choice }, title, words.language);
    $("input").focus();
  }

  function hear(message) {
    if (!log.show(message)) return;
    const { id, author, language } = message;
    if (author !== "visitor" && !host.open) host.unread += 1;
    host.tell("message", { id, author, language });
  }

  function withPeople() {
    return state === "waiting" || state === "human";
  }

  function setState(next) {
    if (next !== state) host.tell("state", { state: next });
    state = next;
    $("person").hidden = withPeople() || !stop;
    drawWriters();
    drawBanner();
  }

  function drawWriters() {
    const assistant = (outbox?.waiting() || assistantWrites) && !withPeople();
    const line = staffWrites !== null ? words.t("staff_typing", { name: `\u2068${staffWrites}\u2069` }) : assistant ? words.t("typing") : "";
    $("typing").classList.toggle("on", line);
    if ($("typing-text").textContent !== line) $("typing-text").textContent = line;
  }

  function drawBanner(line) {
    const key = !connected ? "reconnecting" : { waiting: "state_waiting", human: "state_human" }[state];
    $("banner").className = connected ? state : "";
    $("banner").textContent = line ?? (key ? words.t(key) : "");
  }

  const reason = (refusal) => refusal.detail ?? words.t("offline");

  function drawStart(key = link || api.elsewhere() ? "continue_chat" : "start") {
    $("start").textContent = words.t(key);
  }

  function gateError(refusal) {
    $("gate-error").textContent = refusal ? reason(refusal) : "";
    if (refusal) host.tell("error", { code: refusal.code });
  }

  function connect() {
    stop = api.listen(lastId, {
      message(message) {
        lastId = message.id;
        hear(message);
      },
      typing({ author, name, typing }) {
        if (author === "staff") staffWrites = typing ? name ?? "" : null;
        else assistantWrites = typing;
        drawWriters();
      },
      state: ({ state: next }) => (next === "ended" ? ended() : setState(next)),
      connection(up) {
        connected = up;
        drawBanner();
      },
    });
  }

  function openTalk(messages) {
    if (stop) return;
    $("gate").hidden = true;
    $("talk").hidden = $("composer").inert = false;
    log.fill(messages);
    lastId = messages.at(-1)?.id;
    connect();
    setState("bot");
    if (host.page) $("panel").scrollIntoView({ block: "nearest" });
    if (host.open) focus();
    if (asked) say(asked);
    asked = null;
  }

  async function start() {
    $("start").disabled = true;
    drawStart("starting");
    gateError(null);
    try {
      if (link) openTalk((await api.reopen(link)).messages);
      else if (api.takeOver()) await resume();
      else openTalk((await api.open()).messages);
      link = null;
    } catch (refusal) {
      gateError(refusal);
      if (refusal.status === 401) link = null;
    }
    $("start").disabled = false;
    drawStart();
  }

  // A link is followed only when the visitor says so: programs that look at mails open links too.
  function takeLink() {
    if (!host.page || !location.hash.startsWith(LINK)) return;
    link = location.hash.slice(LINK.length);
    history.replaceState(null, "", location.pathname + location.search);
  }

  function ended(key = "ended") {
    if (!stop) return;
    stop();
    stop = staffWrites = null;
    api.forget();
    connected = true;
    setState("bot");
    $("composer").inert = true;
    log.notice(key, "new_chat", () => {
      log.clear();
      $("talk").hidden = true;
      $("gate").hidden = false;
      $("start").focus();
    });
  }

  // What goes wrong is told in the banner.
  const told = (work) => () => work().catch((refusal) => drawBanner(reason(refusal)));

  const download = told(async () => {
    const data = JSON.stringify(await api.exported(), null, 2);
    const href = URL.createObjectURL(new Blob([data], { type: "application/json" }));
    el("a", { href, download: "chat.json" }).click();
    URL.revokeObjectURL(href);
  });

  const erase = told(async () => {
    await api.erase();
    log.clear();
    ended("deleted");
  });

  const on = (id, event, run) => $(id)?.addEventListener(event, run);
  on("start", "click", start);
  on("hide", "click", () => host.hide());
  on("language", "change", ({ target }) => switchLanguage(target.value));
  on("person", "click", () => say(words.t("person_message")));
  on("download", "click", download);
  on("delete", "click", () => $("confirm").showModal());
  on("confirm", "close", ({ target }) => {
    if (target.returnValue === "delete") erase();
    target.returnValue = "";
  });
  wireComposer($, words, say, () => withPeople() && api.typing().catch(() => {})); // a sign that is lost is no loss
  if (!host.page) {
    const close = (event) => {
      event.preventDefault();
      host.hide();
    };
    on("panel", "keydown", (event) => event.key === "Escape" && !event.isComposing && !$("confirm").open && close(event));
    on("panel", "cancel", (event) => event.target === $("panel") && close(event));
    NARROW.addEventListener("change", () => {
      if (!host.open) return;
      hide();
      openPanel();
    });
  }
  takeLink();
  translate();

  return {
    show, hide, resume, ask, translate,
    join: () => stop && connect(),
    leave() {
      stop?.();
      api.leaveTabs();
    },
  };
}
