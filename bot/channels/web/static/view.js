// Draws messages. Everything from outside goes in as textContent, so markup in it stays text.

const LOCALES = { en: "en-GB", de: "de-DE", zh: "zh-CN" };
const NEAR_END = 120;

let texts = {};
let language = "en";

export const byId = (id) => document.getElementById(id);

export function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined && text !== null) node.textContent = text;
  return node;
}

export function setLanguage(allTexts, code) {
  texts = allTexts;
  language = code;
  document.documentElement.lang = code;
  document.title = t("page_title");
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = t(node.dataset.text);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
  for (const node of document.querySelectorAll("[data-placeholder]")) node.placeholder = t(node.dataset.placeholder);
  for (const link of document.querySelectorAll("[data-language]")) {
    if (link.dataset.language === code) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

export const currentLanguage = () => language;

export function t(key, values = {}, code = language) {
  return (texts[code] ?? texts.en)[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// One message as an article; pressChoice(choice, title) is called when one of its buttons is pressed.
export function messageNode(message, pressChoice) {
  const node = element("article", `message ${message.author}`);
  node.lang = message.language;
  node.dataset.id = message.id;
  const head = element("header", "by");
  const author = element("span", "author", t(message.author));
  author.dataset.text = message.author;
  author.lang = language;
  if (message.name) head.append(element("span", "name", message.name));
  head.append(author, timeNode(message.at));
  node.append(head);
  if (message.text) {
    const bubble = element("div", "bubble");
    for (const paragraph of message.text.split(/\n{2,}/)) bubble.append(element("p", "", paragraph));
    node.append(bubble);
  }
  if (message.card) node.append(cardNode(message.card));
  if (message.sources?.length) node.append(sourcesNode(message.sources, message.language));
  if (message.choices?.length) node.append(choicesNode(message.choices, pressChoice));
  return node;
}

function timeNode(at) {
  const node = element("time", "", new Intl.DateTimeFormat(LOCALES[language], { timeStyle: "short" }).format(new Date(at)));
  node.dateTime = at;
  return node;
}

function choicesNode(choices, press) {
  const list = element("ul", "choices");
  for (const { title, choice } of choices) {
    const button = element("button", "choice", title);
    button.type = "button";
    button.addEventListener("click", () => press(choice, title));
    const item = element("li");
    item.append(button);
    list.append(item);
  }
  return list;
}

function sourcesNode(sources, messageLanguage) {
  const box = element("div", "sources");
  box.append(element("p", "label", t("sources", {}, messageLanguage)));
  const list = element("ol");
  for (const source of sources) {
    const item = element("li");
    item.append(source.url ? linkNode(source.url, source.title) : element("span", "", source.title));
    if (source.as_of) {
      const date = dateText(source.as_of, messageLanguage);
      item.append(element("span", "as-of", ` (${t("as_of", { date }, messageLanguage)})`));
    }
    list.append(item);
  }
  box.append(list);
  return box;
}

// A card: title, subtitle, text, rows of {label, value, url?}, items of {title, text?}; whatever is missing is left out.
function cardNode(card) {
  const box = element("section", "card");
  if (card.title) box.append(element("h3", "", card.title));
  if (card.subtitle) box.append(element("p", "subtitle", card.subtitle));
  if (card.text) box.append(element("p", "", card.text));
  if (Array.isArray(card.rows) && card.rows.length) {
    const rows = element("dl");
    for (const row of card.rows) {
      const value = element("dd");
      value.append(row.url ? linkNode(row.url, row.value) : document.createTextNode(row.value ?? ""));
      rows.append(element("dt", "", row.label), value);
    }
    box.append(rows);
  }
  if (Array.isArray(card.items) && card.items.length) {
    const list = element("ul");
    for (const item of card.items) {
      const line = element("li");
      line.append(element("strong", "", item.title ?? String(item)));
      if (item.text) line.append(document.createTextNode(` – ${item.text}`));
      list.append(line);
    }
    box.append(list);
  }
  return box;
}

function linkNode(url, title) {
  if (!/^(https?:\/\/|mailto:|tel:)/i.test(url)) return element("span", "", title);
  const link = element("a", "", title);
  link.href = url;
  link.rel = "noopener noreferrer";
  if (/^https?:/i.test(url)) link.target = "_blank";
  return link;
}

// "2019", "2019-09" and "2019-09-30" keep their precision.
function dateText(asOf, code) {
  const match = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/.exec(asOf);
  if (!match) return asOf;
  const [, year, month, day] = match;
  const date = new Date(Date.UTC(+year, month ? month - 1 : 0, day ? +day : 1));
  const parts = { year: "numeric", month: month && "long", day: day && "numeric", timeZone: "UTC" };
  return new Intl.DateTimeFormat(LOCALES[code] ?? code, parts).format(date);
}

// Whether the visitor is reading the newest messages rather than further up.
export function atEnd(log) {
  return log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END;
}

// Shows the newest message: its end, or its beginning when it is higher than the log.
export function reveal(log, node) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const start = node.offsetTop - log.offsetTop - 12;
  log.scrollTo({ top: Math.min(start, log.scrollHeight - log.clientHeight), behavior: calm ? "auto" : "smooth" });
}
