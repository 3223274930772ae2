// Draws one message: text with lists and links, card, sources, buttons.

import { el } from "./dom.js";

const locale = (code) => (code === "en" ? "en-GB" : code);
const OPEN_SOURCES = 2; // more than these are folded up
const ADDRESS = /(https?:\/\/[\w./?=&#%~+:@-]*[\w/=#%~-])/;
const ITEM = /^(?:(\d+)\.|[–•-]) +(.*)$/;

// One message as an article; press(choice, title) is called when one of its buttons is pressed.
export function messageNode(message, words, press) {
  const author = el("span", { class: "author", lang: words.language, "data-text": message.author }, words.t(message.author));
  const node = el("article", { class: `message ${message.author}`, lang: message.language, "data-id": message.id },
    el("header", { class: "by" }, message.name && el("bdi", { class: "name" }, message.name), author, timeNode(message.at, words)),
    message.text && el("div", { class: "bubble" }, textNodes(message.text, message.sources)),
    message.card && (message.card.picture ? words.picture(message.card.picture, message.language) : cardNode(message.card)),
    message.sources?.length && sourcesNode(message.sources, message.language, words),
    message.choices?.length && choicesNode(message.choices, press));
  return node;
}

function timeNode(at, words) {
  return el("time", { datetime: at }, timeText(at, words.language));
}

export const timeText = (at, code) => new Intl.DateTimeFormat(locale(code), { timeStyle: "short" }).format(new Date(at));

// "today", "yesterday", else the date
export function dayText(at, code) {
  const midnight = (date) => new Date(date).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(at) - midnight(Date.now())) / 864e5);
  if (days > -2) return new Intl.RelativeTimeFormat(locale(code), { numeric: "auto" }).format(days, "day");
  return new Intl.DateTimeFormat(locale(code), { weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(new Date(at));
}

// Paragraphs, and lines that begin with a number or a dash as the list they are.
function textNodes(text, sources) {
  const nodes = [];
  let list = null;
  for (const block of text.split(/\n{2,}/)) {
    let paragraph = list = null;
    for (const line of block.split("\n")) {
      const [, number, rest] = ITEM.exec(line) ?? [];
      if (rest !== undefined) {
        const tag = number ? "ol" : "ul";
        if (list?.localName !== tag) nodes.push(list = el(tag, { start: number }));
        list.append(el("li", { dir: "auto" }, linked(rest)));
        paragraph = null;
      } else if (paragraph) {
        paragraph.append("\n", ...linked(line));
      } else {
        nodes.push(paragraph = el("p", { dir: "auto" }, linked(line)));
        list = null;
      }
    }
  }
  const last = nodes.at(-1);
  if (sources?.length) (last.localName === "p" ? last : last.lastElementChild).append(references(sources));
  return nodes;
}

const linked = (text) => text.split(ADDRESS).map((part, n) => (n % 2 ? linkNode(part, part) : part));

// Web and mail addresses only; whatever else an address may be, it stays text.
export function linkNode(url, title) {
  const scheme = URL.canParse(url) && new URL(url).protocol;
  if (scheme === "mailto:") return el("a", { href: url }, el("bdi", null, title));
  if (scheme !== "http:" && scheme !== "https:") return el("bdi", null, title);
  return el("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, el("bdi", null, title));
}

function choicesNode(choices, press) {
  return el("ul", { class: "choices" }, choices.map(({ title, choice }) =>
    el("li", null, el("button", { class: "choice", dir: "auto", onclick: () => press(choice, title) }, title))));
}

// The numbers of the footnotes, for the eye: the list itself follows at once for everybody else.
function references(sources) {
  return el("sup", { "aria-hidden": "true" }, sources.map((_, n) => n + 1).join(" "));
}

function sourcesNode(sources, code, words) {
  const items = sources.map(({ title, url, as_of }) =>
    el("li", null, linkNode(url, title), as_of && el("span", null, ` (${words.t("as_of", { date: dateText(as_of, code) }, code)})`)));
  const label = words.t("sources", {}, code) + (items.length > OPEN_SOURCES ? ` (${items.length})` : "");
  return el("details", { class: "sources", open: items.length <= OPEN_SOURCES }, el("summary", null, label), el("ol", null, items));
}

// A card: title, subtitle, text, rows of {label, value, url?}, items of {title, text?}; whatever is missing is left out.
function cardNode({ title, subtitle, text, rows, items }) {
  const lines = (list, draw) => (Array.isArray(list) && list.length ? list.map(draw) : null);
  const pairs = lines(rows, ({ label, value, url }) =>
    [el("dt", null, label), el("dd", null, url ? linkNode(url, value) : el("bdi", null, value))]);
  const points = lines(items, (item) =>
    el("li", null, el("strong", { dir: "auto" }, item.title ?? String(item)), item.text && ` – ${item.text}`));
  return el("section", { class: "card" },
    title && el("h3", { dir: "auto" }, title),
    subtitle && el("p", { class: "subtitle", dir: "auto" }, subtitle),
    text && el("p", { dir: "auto" }, text),
    pairs && el("dl", null, pairs.flat()),
    points && el("ul", null, points));
}

// "2019", "2019-09" and "2019-09-30" keep their precision.
function dateText(asOf, code) {
  const match = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/.exec(asOf);
  if (!match) return asOf;
  const [, year, month, day] = match;
  const date = new Date(Date.UTC(+year, month ? month - 1 : 0, day ? +day : 1));
  const parts = { year: "numeric", month: month && "long", day: day && "numeric", timeZone: "UTC" };
  return new Intl.DateTimeFormat(locale(code), parts).format(date);
}
