// The conversation on the screen: each message once, days kept apart, the newest in sight unless the visitor reads further up.

import { el } from "./dom.js";
import { dayText, messageNode, timeText } from "./view.js";

const NEAR_END = 120;

export function makeLog(box, newer, words, press) {
  const shown = new Map(); // message id -> node
  let lastDay;
  let onTheWay = false; // a smooth scroll to the visitor's own message has not ended yet

  const atEnd = () => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END;

  // A message's end, or its beginning when it is higher than the log.
  function reveal(node) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const start = node.offsetTop - box.offsetTop - 12;
    box.scrollTo({ top: Math.min(start, box.scrollHeight - box.clientHeight), behavior: calm ? "auto" : "smooth" });
  }

  // True when the message was not there yet.
  function show(message) {
    const { id, at, author, language } = message;
    const known = shown.get(id);
    if (known) {
      known.lang = language;
      if (author === "visitor") settle(id);
      return false;
    }
    const follow = author === "visitor" || onTheWay || atEnd();
    const day = new Date(at).toDateString();
    if (day !== lastDay) box.append(el("p", { class: "day", lang: words.language }, el("time", { datetime: at }, dayText(at, words.language))));
    lastDay = day;
    const node = messageNode(message, words, press);
    shown.set(id, node);
    box.append(node);
    if (follow) reveal(node);
    else newer.hidden = false;
    onTheWay = author === "visitor" && !atEnd();
    return true;
  }

  // How the delivery of a message stands; `retry` is offered as a button.
  function trouble(id, key, refusal, retry) {
    settle(id);
    const { t, language } = words;
    const node = shown.get(id);
    node?.append(el("div", { class: "status", role: "status", lang: language }, t(key),
      el("span", { lang: refusal.language ?? language }, refusal.detail ?? t("offline")),
      retry && el("button", { class: "quiet", onclick: retry }, t("retry"))));
    if (node) reveal(node);
  }

  function settle(id) {
    const status = shown.get(id)?.querySelector(".status");
    if (status?.contains(box.getRootNode().activeElement)) box.focus();
    status?.remove();
  }

  box.addEventListener("scroll", () => atEnd() && (newer.hidden = true));
  for (const sign of ["scrollend", "wheel", "touchmove", "keydown"]) box.addEventListener(sign, () => (onTheWay = false), { passive: true });
  newer.addEventListener("click", () => {
    reveal(box.lastElementChild);
    box.focus();
  });

  return {
    show, trouble, settle,
    // Many at once, as after a reload, are not read out one by one.
    fill(messages) {
      box.ariaBusy = "true";
      messages.forEach(show);
      box.ariaBusy = "false";
    },
    // What comes later into a message pushes nobody away who was at the end.
    grow(work) {
      const follow = atEnd();
      work();
      if (follow) reveal(box.lastElementChild);
    },
    notice(key, action, run) {
      const { t, language } = words;
      const button = el("button", { class: "quiet", "data-text": action, onclick: run }, t(action));
      const node = el("article", { class: "message system", lang: language }, el("p", { class: "bubble", "data-text": key }, t(key)), button);
      box.append(node);
      reveal(node);
      if (box.getRootNode().activeElement) button.focus();
    },
    clear() {
      box.replaceChildren();
      shown.clear();
      lastDay = null;
      newer.hidden = true;
    },
    end: () => box.scrollTo(0, box.scrollHeight),
    translate() {
      const { language } = words;
      for (const node of box.querySelectorAll(".author, .day")) node.lang = language;
      for (const node of box.querySelectorAll("time")) node.textContent = (node.closest(".day") ? dayText : timeText)(node.dateTime, language);
    },
  };
}
