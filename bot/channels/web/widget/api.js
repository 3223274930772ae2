// The public chat API as the chat uses it: session, messages, history, and the event stream with resumption.

const KEY = "ccc-chat";
const RECONNECT_FIRST = 1000;
const RECONNECT_LAST = 15000;
const STREAM_SILENCE = 45000; // three missed heartbeats

// A problem detail of the server, or no connection at all (status 0).
export class Refusal extends Error {}

export function connectTo(host) {
  let token = null;
  let offered = null; // the token of a chat in another tab
  let tabs = null;

  function call(path, options, headers) {
    if (token) headers.Authorization = `Bearer ${token}`;
    return fetch(new URL(`api/${path}`, host.server), { ...options, headers, credentials: "omit", cache: "no-store" });
  }

  async function request(method, path, body) {
    const headers = { "Accept-Language": host.language };
    if (body) headers["Content-Type"] = "application/json";
    let response;
    try {
      response = await call(path, { method, body: body && JSON.stringify(body), signal: AbortSignal.timeout(65000) }, headers);
    } catch {
      throw Object.assign(new Refusal(), { status: 0, code: "offline" });
    }
    const answer = response.status === 204 ? null : await response.json().catch(() => ({}));
    if (response.ok) return answer;
    const { status, headers: sent } = response;
    const { code, detail } = answer ?? {};
    throw Object.assign(new Refusal(), { status, code, detail, language: sent.get("Content-Language"), retryAfter: +sent.get("Retry-After") });
  }

  async function opened(body) {
    token = null;
    const session = await request("POST", "session", body);
    adopt(session.token);
    return session;
  }

  function adopt(value) {
    token = value;
    offered = null;
    store((storage) => storage.setItem(KEY, value), true);
    callTabs();
  }

  // Without storage the chat lasts as long as the page. On a page of our own the history entry says that a chat was started.
  function store(work, chat) {
    if (host.page) history.replaceState({ ...history.state, chat }, "");
    try { work(sessionStorage); } catch { /* the site or the visitor does not allow it */ }
  }

  // Tabs of one site tell each other of a chat that goes on, without storing anything; `told` is called when there is one.
  function callTabs(told) {
    if (!tabs) {
      tabs = new BroadcastChannel(`${KEY} ${host.server}`);
      tabs.onmessage = ({ data }) => {
        if (token) return data || callTabs();
        offered = data;
        if (data) told?.();
      };
    }
    tabs.postMessage(token);
  }

  async function run(lastId, handlers, signal) {
    let pause = RECONNECT_FIRST;
    while (!signal.aborted) {
      try {
        const headers = { Accept: "text/event-stream" };
        if (lastId) headers["Last-Event-ID"] = lastId;
        const response = await call("stream", { signal }, headers);
        if (response.status === 401) return handlers.state({ state: "ended" });
        if (response.ok) {
          handlers.connection(true);
          pause = RECONNECT_FIRST;
          for await (const { event, id, data } of eventsOf(response.body)) {
            lastId = id ?? lastId;
            if (data) handlers[event](JSON.parse(data));
            if (signal.aborted) return;
          }
        }
      } catch {
        // The connection broke; the next one goes on behind the last event.
      }
      if (signal.aborted) return;
      handlers.connection(false);
      await nextTry(pause * (0.5 + Math.random() / 2));
      pause = Math.min(pause * 2, RECONNECT_LAST);
    }
  }

  return {
    callTabs,
    elsewhere: () => offered,
    // The page of our own reads the device only in a tab whose history entry says that a chat was started there.
    resume() {
      try { token ??= host.page && !history.state?.chat ? null : sessionStorage.getItem(KEY); } catch { /* nothing to resume */ }
      if (token) callTabs();
      return token;
    },
    takeOver() {
      if (offered) adopt(offered);
      return token;
    },
    open() {
      const site = location.origin === host.server.origin ? "" : location.origin;
      return opened({ language: host.language, page: site + location.pathname, notice_accepted: true });
    },
    reopen: (link) => opened({ resume: link }),
    forget() {
      token = null;
      store((storage) => storage.removeItem(KEY), false);
    },
    leaveTabs() {
      tabs?.close();
      tabs = null;
    },
    send: (message) => request("POST", "messages", message),
    picture: (name, code) => request("GET", `pictures/${name}?lang=${code}`),
    exported: () => request("GET", "export"),
    typing: () => request("POST", "typing"),
    erase: () => request("DELETE", "session"),
    async allMessages() {
      const messages = [];
      for (;;) {
        const after = messages.length ? `&after=${encodeURIComponent(messages.at(-1).id)}` : "";
        const part = await request("GET", `messages?limit=200${after}`);
        messages.push(...part.messages);
        if (!part.more) return { ...part, messages };
      }
    },
    // Calls handlers.message/state/typing/connection until the returned function is called or the session ends.
    listen(lastId, handlers) {
      const abort = new AbortController();
      run(lastId, handlers, abort.signal);
      return () => abort.abort();
    },
  };
}

// After the pause, or as soon as the device is on a network again.
export function nextTry(pause) {
  return new Promise((done) => {
    setTimeout(done, pause);
    addEventListener("online", done, { once: true });
  });
}

async function* eventsOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  const offline = new Promise((_, fail) => addEventListener("offline", fail, { once: true }));
  let rest = "";
  try {
    for (;;) {
      let timer;
      const silence = new Promise((_, fail) => { timer = setTimeout(fail, STREAM_SILENCE); });
      const { value, done } = await Promise.race([reader.read(), silence, offline]).finally(() => clearTimeout(timer));
      if (done) return;
      const blocks = (rest + value).replaceAll("\r", "").split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) yield Object.fromEntries(Array.from(block.matchAll(/^(\w+): ?(.*)$/gm), (line) => line.slice(1)));
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
