// What the visitor sends: one after the other, since parallel requests could overtake each other; again with the same id.

import { nextTry, Refusal } from "./api.js";

const LONGEST_PAUSE = 30000;

// On pages without TLS there is no crypto.randomUUID; the address of an object ends with such an id too.
const newId = () => crypto.randomUUID?.() ?? URL.createObjectURL(new Blob()).slice(-36);

// `chat` is asked whether it is alive(), and told what was answered(answer), that it has ended(), that waiting() changed().
export function makeOutbox(api, log, chat) {
  let queue = Promise.resolve();
  let waiting = 0;

  function deliver(body) {
    count(+1);
    queue = queue.then(() => send(body)).catch(reportError).finally(() => count(-1));
  }

  function count(change) {
    waiting += change;
    chat.changed();
  }

  // Goes on for as long as the page and the chat are open; the visitor may hasten it.
  async function send(body) {
    let hasten;
    for (let pause = 1000; chat.alive(); pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        const answer = await api.send(body);
        log.settle(body.id);
        return chat.answered(answer);
      } catch (refusal) {
        const { status } = refusal;
        if (!(refusal instanceof Refusal)) throw refusal;
        if (status === 401) return chat.ended();
        if (status && status < 500) return log.trouble(body.id, "unsent", refusal, status === 429 && (() => deliver(body)));
        if (!hasten) log.trouble(body.id, "retrying", refusal, () => hasten());
        count(-1);
        await new Promise((done) => {
          hasten = done;
          nextTry(Math.max(refusal.retryAfter * 1000 || 0, pause)).then(done);
        });
        count(+1);
      }
    }
  }

  return {
    waiting: () => waiting,
    // `body` is {text} or {choice}
    say(body, text, language) {
      const id = newId();
      log.show({ id, at: new Date().toISOString(), author: "visitor", language, text });
      deliver({ id, ...body });
    },
  };
}
