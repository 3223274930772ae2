// What stands around the conversation: head, notice before the first input, composer, tools, the question before deleting.

import { el, icon } from "./dom.js";

const MARK = "M3 17c4 0 4.5-8 9-8s5 8 9 8M3 17h18M8 17v-5M16 17v-5M12 17V9";
const DOWN = "M6 9l6 6 6-6";
const SEND = "M4 11l16-7-6 16-3-7z";
const PERSON = "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c1-8 15-8 16 0";
const DOWNLOAD = "M12 4v11M7 11l5 5 5-5M5 20h14";
const BIN = "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13";

const text = (key, tag = "span") => el(tag, { "data-text": key });
const tool = (id, key, drawing) => el("button", { id, class: "tool", "data-label": key, title: " " }, icon(drawing));

// One dialog on a page, or a section where the chat is the page; `texts` are the words by language.
export function buildFrame(texts, page) {
  const languages = Object.entries(texts).map(([code, words]) => el("option", { value: code, lang: code }, words.language_name));
  return el(page ? "section" : "dialog", { id: "panel", part: "panel", dir: "ltr", "aria-labelledby": "title" },
    el("div", { class: "head", part: "header" },
      el("span", { class: "mark" }, el("slot", { name: "mark" }, icon(MARK))),
      el("div", { class: "titles" },
        el("h2", { id: "title" }, el("slot", { name: "title" }, text("chat_title"))),
        el("p", null, el("slot", { name: "subtitle" }, text("chat_subtitle")))),
      el("select", { id: "language", part: "language", "data-label": "languages" }, languages),
      !page && tool("hide", "minimise", DOWN)),
    gate(page, texts.en.privacy_url),
    talk(),
    confirm());
}

function gate(page, privacyUrl) {
  const privacy = privacyUrl && el("a", { href: privacyUrl, rel: "noopener noreferrer", target: "_blank", "data-text": "privacy" });
  return el("div", { id: "gate" },
    el("slot", { name: "intro" }),
    text("before", "h3"),
    el("p", { id: "notice" }, text("notice"), " ", privacy),
    text("device", "small"),
    el("button", { id: "start", class: "primary", autofocus: !page, "aria-describedby": "notice" }),
    el("p", { id: "gate-error", role: "alert" }));
}

function talk() {
  const dots = el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
  return el("div", { id: "talk", hidden: true },
    el("div", { id: "banner", role: "status" }),
    el("div", { id: "log", role: "log", tabindex: "0", "data-label": "log" }),
    el("div", { class: "under" },
      el("button", { id: "newer", class: "quiet", hidden: true }, text("newer")),
      el("p", { id: "typing", role: "status" }, dots, el("bdi", { id: "typing-text" }))),
    el("form", { id: "composer" },
      el("textarea", { id: "input", rows: "1", maxlength: "2000", autocomplete: "off", dir: "auto", "data-label": "input", "data-placeholder": "placeholder" }),
      el("button", { id: "send", type: "submit", class: "primary send", "data-label": "send", title: " " }, icon(SEND))),
    el("div", { class: "tools" },
      el("button", { id: "person", class: "tool wide" }, icon(PERSON), text("person")),
      el("small", { id: "left", role: "status" }),
      tool("download", "download", DOWNLOAD),
      tool("delete", "delete", BIN)));
}

function confirm() {
  return el("dialog", { id: "confirm", "aria-labelledby": "confirm-title" },
    el("h2", { id: "confirm-title", "data-text": "delete_title" }),
    text("delete_text", "p"),
    el("form", { method: "dialog" },
      el("button", { class: "quiet", value: "cancel", "data-text": "cancel" }),
      el("button", { class: "danger", value: "delete", "data-text": "delete_confirm" })));
}

// Puts the words of a language wherever an element names one.
export function putWords(root, words) {
  root.getElementById("panel").lang = words.language;
  for (const node of root.querySelectorAll("[data-text]")) node.textContent = words.t(node.dataset.text);
  for (const node of root.querySelectorAll("[data-placeholder]")) node.placeholder = words.t(node.dataset.placeholder);
  for (const node of root.querySelectorAll("[data-label]")) {
    node.ariaLabel = words.t(node.dataset.label);
    if (node.title) node.title = node.ariaLabel;
  }
  root.getElementById("language").value = words.language;
}
