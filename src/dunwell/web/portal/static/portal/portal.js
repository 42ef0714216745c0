// Comfort alone: the page works without it. Copy buttons appear where the browser can copy.
"use strict";
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("button.copy")) {
    const words = button.innerHTML;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = button.dataset.done;
      button.classList.add("done");
      setTimeout(() => { button.innerHTML = words; button.classList.remove("done"); }, 2000);
    });
  }
}
for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("button[type=submit]");
    setTimeout(() => { button.disabled = true; });
  });
}
// A typed day is the chosen one.
const day = document.querySelector("input[name=day]"), other = document.querySelector("input[name=quick][value=other]");
if (day && other) day.addEventListener("input", () => { other.checked = true; });
const sum = document.querySelector("input[name=amount]"), only = document.querySelector("input[name=part][value=only]");
if (sum && only) sum.addEventListener("input", () => { only.checked = true; });
// How long an offer still runs; the day itself stands in the text, and the server keeps it to the second.
for (const line of document.querySelectorAll(".countdown")) {
  const ends = Date.parse(line.dataset.ends);
  const tell = () => {
    const left = ends - Date.now(), hours = Math.floor(left / 3600000);
    line.textContent = left < 0 ? line.dataset.over
      : hours >= 48 ? line.dataset.days.replace("{n}", Math.floor(hours / 24))
      : line.dataset.hours.replace("{h}", hours).replace("{m}", Math.floor(left / 60000) % 60);
    line.hidden = false;
  };
  tell();
  setInterval(tell, 30000);
}
