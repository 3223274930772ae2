// The page around the chat: its words follow the language of the chat, and the other way round.

const texts = JSON.parse(document.getElementById("texts").textContent);
const chat = document.querySelector("ccc-chat");

function speak(code) {
  const words = texts[code];
  document.documentElement.lang = code;
  document.title = words.page_title;
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = words[node.dataset.text];
  for (const node of document.querySelectorAll("[data-label]")) node.ariaLabel = words[node.dataset.label];
  for (const link of document.querySelectorAll("[data-language]")) {
    if (link.dataset.language === code) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  history.replaceState(history.state, "", `?lang=${code}`);
}

for (const link of document.querySelectorAll("[data-language]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    chat.language = link.dataset.language;
  });
}
chat.addEventListener("ccc-language", ({ detail }) => speak(detail.language));
