// Where the visitor writes: grows with the text, sends by Enter, tells how much still fits.

const COUNT_FROM = 200;
const HIGHEST = 160;
const TELL_TYPING_EVERY = 3000;

// `$` finds an element by its id; `say(text)` sends, `typing()` tells that something is being written, never what.
export function wireComposer($, words, say, typing) {
  const input = $("input");
  let told = 0;

  function grow() {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight + 2, HIGHEST)}px`;
    const left = input.maxLength - input.value.length;
    $("left").textContent = left <= COUNT_FROM ? words.t("left", { n: left }) : "";
  }

  function submit(event) {
    event.preventDefault();
    const text = input.value.trim();
    if (text) {
      input.value = "";
      told = 0;
      grow();
      say(text);
    }
    input.focus();
  }

  $("composer").addEventListener("submit", submit);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  });
  input.addEventListener("input", () => {
    grow();
    if (!input.value || Date.now() - told < TELL_TYPING_EVERY) return;
    told = Date.now();
    typing();
  });
}
