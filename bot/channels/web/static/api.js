// The public chat API as the page uses it: session, messages, history, and the event stream with resumption.

const KEY = "chat-session";
const RECONNECT_FIRST = 1000;
const RECONNECT_LAST = 15000;
const STREAM_SILENCE = 45000; // three missed heartbeats

export class Refusal extends Error {
  // A problem detail of the server, or no connection at all (status 0).
  constructor(status, code, detail, language, retryAfter) {
    super(code);
    Object.assign(this, { status, code, detail, language, retryAfter });
  }
}

let token = null;

// The device is read only once the visitor has started a chat in this tab: the history entry says so.
export function resume() {
  token = history.state?.chat ? sessionStorage.getItem(KEY) : null;
  return token !== null;
}

export async function open(language) {
  const body = { language, page: location.pathname, notice_accepted: true };
  const session = await request("POST", "/api/session", { body, anonymous: true });
  token = session.token;
  sessionStorage.setItem(KEY, token);
  history.replaceState({ chat: true }, "");
  return session;
}

export async function reopen(link) {
  const session = await request("POST", "/api/session", { body: { resume: link }, anonymous: true });
  token = session.token;
  sessionStorage.setItem(KEY, token);
  history.replaceState({ chat: true }, "");
  return session;
}

export function forget() {
  token = null;
  sessionStorage.removeItem(KEY);
  history.replaceState(null, "");
}

export const send = (message) => request("POST", "/api/messages", { body: message });
export const exported = () => request("GET", "/api/export");
export const typing = () => request("POST", "/api/typing");
export const erase = () => request("DELETE", "/api/session");

export async function allMessages() {
  const messages = [];
  for (;;) {
    const after = messages.length ? `&after=${encodeURIComponent(messages.at(-1).id)}` : "";
    const part = await request("GET", `/api/messages?limit=200${after}`);
    messages.push(...part.messages);
    if (!part.more) return { ...part, messages };
  }
}

async function request(method, path, { body, anonymous } = {}) {
  const headers = { "Accept-Language": document.documentElement.lang };
  if (body) headers["Content-Type"] = "application/json";
  if (!anonymous) headers.Authorization = `Bearer ${token}`;
  let response;
  try {
    response = await fetch(path, {
      method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(65000),
      credentials: "omit", cache: "no-store",
    });
  } catch {
    throw new Refusal(0, "offline");
  }
  const answer = response.status === 204 ? null : await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const { headers: sent } = response;
  throw new Refusal(
    response.status, answer.code ?? "unknown", answer.detail, sent.get("Content-Language"), Number(sent.get("Retry-After")),
  );
}

// Calls handlers.message/state/typing/connection until close() of the returned object or the end of the session.
export function listen(lastId, handlers) {
  const abort = new AbortController();
  run(lastId, handlers, abort.signal);
  return { close: () => abort.abort() };
}

async function run(lastId, handlers, signal) {
  let pause = RECONNECT_FIRST;
  while (!signal.aborted) {
    try {
      const headers = { Authorization: `Bearer ${token}`, Accept: "text/event-stream" };
      if (lastId) headers["Last-Event-ID"] = lastId;
      const response = await fetch("/api/stream", { headers, signal, credentials: "omit", cache: "no-store" });
      if (response.status === 401) return handlers.state("ended");
      if (response.ok) {
        handlers.connection(true);
        pause = RECONNECT_FIRST;
        for await (const event of eventsOf(response.body)) {
          if (event.id) lastId = event.id;
          const data = JSON.parse(event.data);
          if (event.name === "message") handlers.message(data);
          else if (event.name === "typing") handlers.typing(data);
          else if (event.name === "state") {
            handlers.state(data.state);
            if (data.state === "ended") return;
          }
        }
      }
    } catch {
      // The connection broke; the next one goes on behind the last event.
    }
    if (signal.aborted) return;
    handlers.connection(false);
    await new Promise((done) => setTimeout(done, pause * (0.5 + Math.random() / 2)));
    pause = Math.min(pause * 2, RECONNECT_LAST);
  }
}

async function* eventsOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await withinSilence(reader.read());
      if (done) return;
      const blocks = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        const event = parse(block);
        if (event.data) yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function withinSilence(promise) {
  let timer;
  const silence = new Promise((_, fail) => { timer = setTimeout(() => fail(new Error("silence")), STREAM_SILENCE); });
  return Promise.race([promise, silence]).finally(() => clearTimeout(timer));
}

function parse(block) {
  const event = { name: "message", id: null, data: "" };
  for (const line of block.split("\n")) {
    const at = line.indexOf(":");
    const [field, value] = [line.slice(0, at), line.slice(at + 1).replace(/^ /, "")];
    if (field === "event") event.name = value;
    else if (field === "id") event.id = value;
    else if (field === "data") event.data += event.data ? `\n${value}` : value;
  }
  return event;
}
