// Who is writing: shown to the visitor, and told to staff. Only the fact is sent, nothing of what is being written.

import * as api from "./api.js";
import { byId, t } from "./view.js";

const EVERY = 3000;
let told = 0;

export function drawTyping(assistant, staffName) {
  byId("typing").classList.toggle("on", assistant || staffName !== null);
  byId("typing-text").textContent = staffName !== null ? t("staff_typing", { name: staffName }) : assistant ? t("typing") : "";
}

export function tellTyping() {
  if (Date.now() - told < EVERY) return;
  told = Date.now();
  api.typing().catch(() => {}); // a sign that is lost is no loss
}

export function messageSent() {
  told = 0;
}
