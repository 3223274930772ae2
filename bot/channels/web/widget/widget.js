// <ccc-chat>: a button until the visitor opens it; the chat itself is loaded then. Guide: docs/widget.md

import { el, icon, sheet } from "./dom.js";
import { labels } from "./packed.js";

const BUBBLE = "M5 4h14q2 0 2 2v9q0 2-2 2h-6l-5 4v-4H5q-2 0-2-2V6q0-2 2-2zM8 9h8M8 12h5";
const style = sheet(`
:host {
  all: initial; color-scheme: inherit; position: fixed; z-index: var(--ccc-layer, 2147483000); --gap: var(--ccc-offset, 1.25em);
  inset: auto var(--gap) var(--gap) auto; font: medium/1.5 var(--ccc-font, system-ui, sans-serif);
  --accent: var(--ccc-accent, light-dark(#0f5963, #86cdd6)); --on-accent: var(--ccc-on-accent, light-dark(#fff, #06282d));
  --danger: light-dark(#a3261d, #ff9c91); --on-danger: light-dark(#fff, #3b0905);
}
:host([side=start]) { inset-inline: var(--gap) auto; }
:host([scheme=light]) { color-scheme: light; }
:host([scheme=dark]) { color-scheme: dark; }
:host([mode=page]) { position: static; display: block; }
:host([hidden]), :host([mode=page]) #launcher, #badge:empty { display: none; }
:host([open]) #launcher { visibility: hidden; }
#launcher {
  display: flex; align-items: center; gap: .6em; min-height: 3.5em; padding: .5em 1.3em; border: 1px solid transparent; border-radius: 1.75em; position: relative;
  background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; cursor: pointer; box-shadow: 0 4px 20px rgb(0 0 0 / 25%);
}
#launcher:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
.icon { width: 1.6em; height: 1.6em; flex: none; fill: none; stroke: currentColor; stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round; }
#badge { position: absolute; inset: -.4em -.3em auto auto; min-width: 1.6em; border-radius: 1em; background: var(--danger); color: var(--on-danger); font-size: .875em; line-height: 1.6; text-align: center; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 30em) {
  #launcher { width: 3.5em; padding: 0; justify-content: center; }
  #label { position: absolute; clip-path: inset(50%); white-space: nowrap; }
}
@media (forced-colors: active) { #badge { border: 1px solid; } }
`);

class ChatElement extends HTMLElement {
  static observedAttributes = ["language", "open"];
  #chat = null;
  #unread = 0;
  #label = el("span", { id: "label" });
  #badge = el("span", { id: "badge", part: "badge", "aria-hidden": "true" });
  #news = el("span", { class: "unseen", role: "status", id: "news" });
  #launcher = el("button", { id: "launcher", part: "launcher", "aria-haspopup": "dialog", "aria-describedby": "news", onclick: () => this.show() },
    el("slot", { name: "launcher" }, icon(BUBBLE), this.#label), this.#badge);

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [style];
    root.append(this.#launcher, this.#news);
  }

  connectedCallback() {
    this.#draw();
    this.#chat?.then((chat) => chat.join());
    if (this.open) this.#turn();
    else if (this.page) this.show();
    else if (this.hasAttribute("resume")) this.#load().then((chat) => chat.resume());
  }

  disconnectedCallback() {
    this.#chat?.then((chat) => chat.leave());
  }

  attributeChangedCallback(name, before, now) {
    if (!this.#launcher.lang || before === now) return;
    if (name === "open") return this.#turn();
    this.#draw();
    this.#chat?.then((chat) => chat.translate());
  }

  get page() { return this.getAttribute("mode") === "page"; }
  get server() { return new URL(this.getAttribute("server") ?? "../../", import.meta.url); }
  get open() { return this.hasAttribute("open"); }
  set open(value) { this.toggleAttribute("open", value); }
  get unread() { return this.#unread; }
  set unread(count) {
    if (count === this.#unread) return;
    this.#unread = count;
    this.#draw();
    this.tell("unread", { count });
  }

  // The attribute, else the page's language, else the browser's.
  get language() {
    const tags = [this.getAttribute("language"), this.closest("[lang]")?.lang, ...navigator.languages];
    return tags.map((tag) => tag?.toLowerCase().split("-")[0]).find((code) => code in labels) ?? "en";
  }
  set language(code) {
    if (code === this.language) return;
    this.setAttribute("language", code);
    this.tell("language", { language: code });
  }

  show() { this.open = true; }
  hide() { this.open = this.page; }

  // Opens the chat with this question: said at once in a chat that goes on, else as soon as the visitor has started one.
  async ask(text) {
    this.show();
    (await this.#load()).ask(text);
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(`ccc-${name}`, { bubbles: true, composed: true, detail }));
  }

  #load() {
    return this.#chat ??= import("./chat.js").then(({ createChat }) => createChat(this));
  }

  async #turn() {
    const { open } = this;
    if (!open && !this.#chat) return;
    this.#launcher.ariaExpanded = open;
    try {
      (await this.#load())[open ? "show" : "hide"]();
      if (!open) this.#launcher.focus();
      this.tell(open ? "open" : "close");
    } catch {
      this.#chat = null;
      if (!open) return;
      this.open = false;
      this.#news.textContent = this.#label.textContent = labels[this.language].failed;
      this.tell("error", { code: "not_loaded" });
    }
  }

  #draw() {
    const { launcher, unread } = labels[this.language];
    this.#launcher.lang = this.#news.lang = this.language;
    this.#label.textContent = launcher;
    this.#badge.textContent = this.#unread || "";
    this.#news.textContent = this.#unread ? unread.replace("{n}", this.#unread) : "";
  }
}

if (!customElements.get("ccc-chat")) customElements.define("ccc-chat", ChatElement);
