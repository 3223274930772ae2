// Printing, and the number in the title; the figures themselves stand still while somebody reads them.

import { watch } from "./desk.js";

const button = document.getElementById("print");
button.hidden = false;
button.addEventListener("click", () => window.print());

watch(async () => {});
