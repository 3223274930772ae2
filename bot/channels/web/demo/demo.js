// What a website can do with the chat: attributes, a question, events.

const chat = document.querySelector("ccc-chat");
const list = document.getElementById("events");

for (const button of document.querySelectorAll("[data-set]")) {
  button.addEventListener("click", () => chat.setAttribute(...button.dataset.set.split("=")));
}
for (const button of document.querySelectorAll("[data-ask]")) {
  button.addEventListener("click", () => chat.ask(button.dataset.ask));
}
for (const name of ["open", "close", "message", "unread", "state", "language", "error"]) {
  chat.addEventListener(`ccc-${name}`, ({ detail }) => {
    const line = document.createElement("li");
    line.textContent = `ccc-${name} ${JSON.stringify(detail)}`;
    list.append(line);
  });
}
