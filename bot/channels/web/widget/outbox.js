// What the visitor sends: one after the other, since parallel requests could overtake each other; again with the same id.

import { nextTry, Refusal } from "./api.js";

const AUTOMATIC_RETRIES = 3;

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

  async function send(body) {
    for (let attempt = 1; chat.alive(); attempt += 1) {
      try {
        const answer = await api.send(body);
        log.settle(body.id);
        return chat.answered(answer);
      } catch (refusal) {
        const { status } = refusal;
        if (!(refusal instanceof Refusal)) throw refusal;
        if (status === 401) return chat.ended();
        const passing = !status || status >= 500;
        if (!passing || attempt > AUTOMATIC_RETRIES) {
          return log.trouble(body.id, "unsent", refusal, (passing || status === 429) && (() => deliver(body)));
        }
        log.trouble(body.id, "retrying", refusal);
        await nextTry(1000 * Math.max(refusal.retryAfter || 0, attempt));
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
