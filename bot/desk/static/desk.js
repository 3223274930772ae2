// What all pages of the desk share: news from the server, the number in the title, fragments, and words for trouble.

const POLL_MILLISECONDS = 15_000;
const data = document.body.dataset;

/** Our server escapes everything in a fragment; no other text ever becomes markup. */
const policy = window.trustedTypes?.createPolicy("desk", { createHTML: (text) => text });

export function fragment(text) {
  const template = document.createElement("template");
  template.innerHTML = policy ? policy.createHTML(text) : text;
  return template.content;
}

/** Fetches one of our addresses; `background` for what nobody asked for. Throws Refused with words for people. */
export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

export async function ask(address, fields) {
  const options = { headers: { Accept: "application/json" }, credentials: "same-origin", cache: "no-store" };
  if (fields) {
    options.method = "POST";
    options.body = new URLSearchParams(fields);
    options.headers["X-CSRF-Token"] = data.csrf;
  }
  let answer;
  try {
    answer = await fetch(address, options);
  } catch {
    throw new Refused(data.offline, 0);
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({}));
  throw new Refused(told.error ?? data.offline, answer.status);
}

const strip = document.getElementById("strip");

/** Shows or takes away the line below the head: lost connection, login over. */
export function trouble(text) {
  if (strip.textContent !== text) strip.textContent = text;
  strip.hidden = !text;
}

export function announce(text) {
  const live = document.getElementById("live");
  live.textContent = "";
  setTimeout(() => { live.textContent = text; }, 50);
}

let waiting = Number(document.getElementById("count-number").textContent);

function showCount(now) {
  document.title = (now ? `(${now}) ` : "") + document.title.replace(/^\(\d+\) /, "");
  document.getElementById("count-number").textContent = String(now);
  document.getElementById("count").hidden = !now;
  if (now > waiting) announce(data.newCase);
  waiting = now;
}

/** Calls `changed` whenever a case anywhere changed: by events, and by asking while these do not come through. */
export function watch(changed) {
  let poll = null;
  let running = false;
  let again = false;

  async function tell(count) {
    showCount(count);
    if (running) { again = true; return; }
    running = true;
    do {
      again = false;
      try {
        await changed();
        trouble("");
      } catch (error) {
        trouble(error.message);
      }
    } while (again);
    running = false;
  }

  async function ping() {
    try {
      await tell((await (await ask("/desk/pulse")).json()).waiting);
    } catch (error) {
      trouble(error.message);
    }
  }

  function listen() {
    const events = new EventSource("/desk/events");
    events.addEventListener("changed", (event) => {
      clearInterval(poll);
      poll = null;
      void tell(JSON.parse(event.data).waiting);
    });
    events.addEventListener("over", () => {
      events.close();
      trouble(data.signedOut);
    });
    events.addEventListener("error", () => {
      poll ??= setInterval(ping, POLL_MILLISECONDS);
      if (events.readyState === EventSource.CLOSED) setTimeout(listen, POLL_MILLISECONDS);
    });
  }

  listen();
}
