// Makes the pages live. Everything works without it; with it a page shows what changed within a second, keys save the mouse,
// drafts survive a closed tab, and a reply is seen as the customer will see it before it leaves.
"use strict";

const frame = document.querySelector(".frame");
const csrf = frame ? frame.dataset.csrf : "";
const talk = document.querySelector("[data-conversation]");
const $ = (id) => document.getElementById(id);

// ---- Moments, in the reader's own time -----------------------------------------------------------------------------

const sameDay = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const sameYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });

function sayTimes(within) {
  for (const one of within.querySelectorAll("time[datetime]")) {
    const at = new Date(one.dateTime), now = new Date();
    if (isNaN(at)) continue;
    const today = at.toDateString() === now.toDateString();
    one.textContent = today ? sameDay.format(at) : at.getFullYear() === now.getFullYear() ? sameYear.format(at) : at.toLocaleDateString();
    one.title = whole.format(at);
  }
}

// ---- Live: the parts marked data-live are taken from the page as it is now -------------------------------------------

let refreshing = false, again = false;
// What the server sent for each live part.
const sent = new Map();

async function refresh() {
  if (refreshing) { again = true; return; }
  refreshing = true;
  try {
    const answer = await fetch(location.href, { headers: { "X-Refresh": "yes" }, redirect: "error" });
    if (answer.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of document.querySelectorAll("[data-live]")) replace(part, fresh.getElementById(part.id));
      const form = $("reply-form"), newer = fresh.querySelector("#reply-form [name=generation]");
      if (form && newer && form.generation.value !== newer.value) moved();
    }
  } catch { /* The daemon restarts, or the login ended: the next event tries again. */ }
  refreshing = false;
  if (again) { again = false; refresh(); }
}

function replace(part, fresh) {
  if (!fresh || sent.get(part) === fresh.innerHTML) return;
  // Who is writing in it, or has opened something in it, keeps it.
  if (part.contains(document.activeElement) && /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) return;
  const open = [...part.querySelectorAll("details[open]")].map((one) => path(one, part));
  const focus = part.contains(document.activeElement) && document.activeElement.getAttribute("href");
  sent.set(part, fresh.innerHTML);
  part.innerHTML = fresh.innerHTML;
  for (const one of part.querySelectorAll("details")) if (open.includes(path(one, part))) one.open = true;
  if (focus) part.querySelector(`[href="${CSS.escape(focus)}"]`)?.focus();
  sayTimes(part);
}

function path(one, within) {
  const near = one.closest("[id]");
  return (near && near !== within ? near.id : "") + "/" + one.querySelector("summary")?.textContent;
}

// The conversation has moved on under a reply: it is said, and nothing that was typed is lost.
function moved() {
  if ($("moved")) return;
  const words = document.createElement("p");
  words.id = "moved";
  words.className = "said warn";
  words.setAttribute("role", "alert");
  words.textContent = "The conversation has moved on while you write. Read what is new above; ";
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "I have read it";
  button.addEventListener("click", async () => {
    const answer = await fetch(location.href);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    $("reply-form").generation.value = fresh.querySelector("#reply-form [name=generation]").value;
    words.remove();
    $("markdown").focus();
  });
  words.append(button);
  $("reply-form").prepend(words);
}

let due = 0;
function soon() {
  clearTimeout(due);
  due = setTimeout(refresh, 150);
}

// One line to the server a page, and none for a page that nobody looks at: a browser has six for all its pages together, and a
// page that it keeps for the way back would hold one.
let line = null;

function listen() {
  if (!frame || !window.EventSource || line || document.hidden) return;
  line = new EventSource("/events" + (talk ? "?conversation=" + talk.dataset.conversation : ""));
  line.addEventListener("change", (event) => {
    const { conversation } = JSON.parse(event.data);
    if (!talk || !conversation || conversation === talk.dataset.conversation) soon();
    else soonViews();
  });
  line.addEventListener("behind", soon);
  line.addEventListener("here", (event) => {
    const { people } = JSON.parse(event.data), place = $("presence");
    if (!place) return;
    const others = people.filter((one) => !one.self);
    place.textContent = others.map((one) => one.name + (one.typing ? " is writing" : " is here")).join(", ");
  });
  // After a pause (sleep, restart, another page in front) what was missed is looked at.
  line.addEventListener("open", () => { if (before) soon(); before = true; });
}

let before = false;

function hangUp() {
  line?.close();
  line = null;
}

// On a conversation, others' changes concern the counts of the menu only: no more than one look in five seconds.
let views = 0;
function soonViews() {
  if (views) return;
  views = setTimeout(() => { views = 0; refresh(); }, 5000);
}

// ---- Writing ---------------------------------------------------------------------------------------------------------

async function post(url, fields, keepalive = false) {
  const body = new URLSearchParams(fields);
  body.set("csrf", csrf);
  return fetch(url, { method: "POST", body, keepalive });
}

function writing() {
  const words = $("markdown"), form = $("reply-form");
  if (!words || !form || !talk) return;
  const place = $("preview"), toggle = $("show-preview"), here = "/c/" + talk.dataset.number;
  let later = 0, keep = 0, told = 0, unkept = false;
  words.addEventListener("input", () => {
    clearTimeout(later);
    clearTimeout(keep);
    if (!place.hidden) later = setTimeout(show, 250);
    // The server keeps what is being written: a closed browser, or another one, loses nothing.
    unkept = true;
    keep = setTimeout(keepNow, 800);
    if (Date.now() - told > 4000) {
      told = Date.now();
      post(here + "/typing", {});
    }
  });
  async function keepNow() {
    clearTimeout(keep);
    if (!unkept) return;
    unkept = false;
    // What is too long to go out behind a page that is left was kept a moment ago.
    await post(here + "/unfinished", { markdown: words.value }, true).catch(() => {});
  }
  async function show() {
    const answer = await post("/preview", { markdown: words.value });
    if (answer.ok) place.innerHTML = await answer.text();
  }
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    place.hidden = !place.hidden;
    toggle.setAttribute("aria-expanded", String(!place.hidden));
    if (!place.hidden) show();
  });
  // What is sent is not begun any more. Another form leads away: what was begun is kept first.
  document.addEventListener("submit", async (event) => {
    if (event.target === form) { unkept = false; clearTimeout(keep); }
    if (!unkept) return;
    event.preventDefault();
    await keepNow();
    event.target.requestSubmit(event.submitter);
  });
  addEventListener("pagehide", keepNow);
  $("canned")?.addEventListener("change", (event) => {
    if (!event.target.value) return;
    words.setRangeText(event.target.value, words.selectionStart, words.selectionEnd, "end");
    event.target.value = "";
    words.dispatchEvent(new Event("input"));
    words.focus();
  });
  dropping(form);
}

// Files by drop or paste join those chosen.
function dropping(form) {
  const files = $("files"), box = $("write");
  const add = (more) => {
    const all = new DataTransfer();
    for (const file of [...files.files, ...more]) all.items.add(file);
    files.files = all.files;
  };
  box.addEventListener("dragover", (event) => { event.preventDefault(); box.classList.add("over"); });
  box.addEventListener("dragleave", () => box.classList.remove("over"));
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    box.classList.remove("over");
    add(event.dataTransfer.files);
  });
  form.addEventListener("paste", (event) => { if (event.clipboardData.files.length) add(event.clipboardData.files); });
}

// ---- Keys ------------------------------------------------------------------------------------------------------------

let went = false;

function step(by) {
  const items = [...document.querySelectorAll("a.item")];
  if (!items.length) return;
  const now = items.indexOf(document.activeElement);
  items[Math.min(items.length - 1, Math.max(0, now + by))].focus();
}

function keyed(event) {
  const writes = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && writes) {
    const form = event.target.form;
    if (form) { event.preventDefault(); form.requestSubmit(form.querySelector("button.main")); }
    return;
  }
  if (event.key === "Escape" && writes) { event.target.blur(); return; }
  if (writes || event.ctrlKey || event.metaKey || event.altKey || $("keys")?.open) return;
  if (went) {
    went = false;
    const to = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (to) { event.preventDefault(); to.click(); }
    return;
  }
  const does = {
    j: () => step(1), k: () => step(-1), g: () => { went = true; },
    "/": () => { document.querySelector("details.side").open = true; $("search").focus(); }, u: () => $("back")?.click(),
    r: () => $("markdown")?.focus(), n: () => $("note")?.focus(),
    e: () => $("resolve")?.click(), t: () => $("take")?.click(),
    "?": () => $("keys")?.showModal(),
  }[event.key];
  if (does) { event.preventDefault(); does(); }
}

// What was pressed is not pressed twice. After the form's own fields are read, or the button's would be missing.
function once(event) {
  const form = event.target;
  setTimeout(() => { for (const button of form.querySelectorAll("button")) button.disabled = true; });
}

// ---- Begin -----------------------------------------------------------------------------------------------------------

for (const part of document.querySelectorAll("[data-live]")) sent.set(part, part.innerHTML);
sayTimes(document);
if (matchMedia("(max-width: 820px)").matches) document.querySelector("details.side")?.removeAttribute("open");
if (frame) {
  document.addEventListener("keydown", keyed);
  document.addEventListener("submit", once);
  // Back from the next page: what was shown may be pressed again.
  addEventListener("pageshow", () => { for (const button of document.querySelectorAll("button:disabled")) button.disabled = false; });
  const help = $("keys-button");
  help.hidden = false;
  help.addEventListener("click", () => $("keys").showModal());
  writing();
  listen();
  addEventListener("pagehide", hangUp);
  addEventListener("pageshow", listen);
  document.addEventListener("visibilitychange", () => document.hidden ? hangUp() : listen());
}
