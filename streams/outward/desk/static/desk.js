// Keeps an open page as it is now: rows come, change and go, and time runs; without it every page still works.
"use strict";

const BANDS = [0, 3600, 4 * 3600, 12 * 3600]; // how soon, in seconds; the same as the server's
const TICK = 10_000;

const now = () => Date.now() / 1000;

function leftWords(due) {
  const late = now() > due;
  const minutes = Math.floor(Math.abs(due - now()) / 60);
  let said = `${minutes} min`;
  if (minutes >= 48 * 60) said = `${Math.floor(minutes / 1440)} days`;
  else if (minutes >= 60) said = `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
  return `${said} ${late ? "late" : "left"}`;
}

function tellTime(within) {
  for (const each of within.querySelectorAll(".left")) {
    const words = leftWords(Number(each.dataset.due));
    if (each.textContent !== words) each.textContent = words;
    each.classList.toggle("late", now() > Number(each.dataset.due));
  }
}

function parsed(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.firstElementChild;
}

// Opens the stream of changes that the address of this page asks for, and says whether it is open.
function follow(query, take) {
  const live = document.getElementById("live");
  const stream = new EventSource(`/changes?${query}`);
  const say = (words, wrong) => {
    if (live.textContent !== words) live.textContent = words;
    live.classList.toggle("wrong", wrong);
  };
  stream.onopen = () => say("Live", false);
  stream.onerror = () => say("Not connected: this may be old", true);
  for (const [name, act] of Object.entries(take)) stream.addEventListener(name, act);
  stream.addEventListener("stale", () => { stream.close(); location.reload(); });
  addEventListener("pagehide", () => stream.close());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}

// The list: rows by place, in the server's order.
function keepList() {
  const list = document.getElementById("cases");
  const count = document.getElementById("count");
  const empty = document.getElementById("empty");
  const own = new Set(JSON.parse(document.body.dataset.own));
  const names = new Map();
  for (const option of document.querySelectorAll("#by-kind option")) names.set(option.value, option.textContent);
  const rows = new Map();

  function order(row) {
    const left = Number(row.dataset.due) - now();
    const band = BANDS.findIndex((until) => left <= until);
    const [severity, gravity] = row.dataset.rank.split(" ").map(Number);
    const ref = row.dataset.place.slice(row.dataset.place.indexOf("/") + 1);
    return [ref === "" ? 0 : 1, own.has(row.dataset.area) ? 0 : 1, band < 0 ? BANDS.length : band, severity, gravity, Number(row.dataset.due), ref];
  }
  function before(one, other) {
    for (let part = 0; part < one.length; part += 1) {
      if (one[part] !== other[part]) return one[part] < other[part];
    }
    return false;
  }
  function place(row) {
    const mine = order(row);
    let low = 0;
    let high = list.children.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (before(order(list.children[middle]), mine)) low = middle + 1;
      else high = middle;
    }
    list.insertBefore(row, list.children[low] ?? null);
  }
  function sort() {
    const held = [...list.children].map((row) => [order(row), row]);
    if (held.every(([mine], at) => at === 0 || !before(mine, held[at - 1][0]))) return;
    const focused = document.activeElement;
    held.sort(([one], [other]) => (before(one, other) ? -1 : before(other, one) ? 1 : 0));
    list.append(...held.map(([, row]) => row));
    if (focused !== document.activeElement) focused.focus();
  }
  let counting = null;
  function recount() {
    counting ??= setTimeout(() => {
      counting = null;
      const kinds = new Map();
      for (const row of list.children) for (const kind of row.dataset.kinds.split(" ")) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      const named = [...names].filter(([kind]) => kinds.has(kind)).map(([kind, name]) => `${kinds.get(kind).toLocaleString("en-GB")} ${name.toLowerCase()}`);
      const number = [...list.children].filter((row) => !row.dataset.place.endsWith("/")).length;
      count.textContent = list.children.length ? `${number.toLocaleString("en-GB")} incident${number === 1 ? "" : "s"}: ${named.join(", ")}` : "";
      empty.hidden = list.children.length > 0;
    }, 500);
  }
  function drop(name) {
    const row = rows.get(name);
    if (!row) return null;
    rows.delete(name);
    const focused = row.contains(document.activeElement);
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    recount();
    return { focused, next };
  }

  for (const row of list.children) rows.set(row.dataset.place, row);
  follow(new URLSearchParams([...new URLSearchParams(location.search), ["since", document.body.dataset.version]]), {
    put(event) {
      const said = JSON.parse(event.data);
      const row = parsed(said.row);
      const held = rows.get(said.place);
      tellTime(row);
      if (held && held.isEqualNode(row)) return;
      const gone = drop(said.place);
      row.classList.add("new");
      rows.set(said.place, row);
      place(row);
      if (gone?.focused) (row.querySelector("button") ?? row.querySelector("a"))?.focus();
      recount();
    },
    drop(event) {
      const gone = drop(JSON.parse(event.data));
      if (gone?.focused) (gone.next?.querySelector("a") ?? document.getElementById("main")).focus();
    },
  });
  setInterval(sort, 3 * TICK);
  if (matchMedia("(max-width: 40rem)").matches && !location.search) document.querySelector(".fold").open = false;

  // Taking from the list stays on the list: the row changes when the alert does. If it was refused, the incident says why.
  document.body.classList.add("scripted");
  list.addEventListener("click", async (event) => {
    const button = event.target.closest("button.take");
    if (!button || button.dataset.sent) return;
    button.dataset.sent = "yes"; // not disabled: that would take the focus away
    const row = button.closest(".case");
    const body = new URLSearchParams({ key: document.body.dataset.key, place: row.dataset.place });
    const answer = await fetch("/take", { method: "POST", body }).catch(() => null);
    if (answer?.ok) button.textContent = "Sent";
    else location.assign(row.querySelector("h2 a").href);
  });
}

// An incident: what stands is fetched again when it changes; what somebody is writing is left alone.
function keepIncident() {
  let underway = null;
  async function look() {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const name of ["standing", "acts"]) {
      const held = document.getElementById(name);
      const made = fresh.getElementById(name);
      if (!held || !made) continue;
      if (name === "acts" && (held.contains(document.activeElement) || [...held.querySelectorAll("textarea, input:not([type=hidden])")].some(touched))) continue;
      const opened = [...held.querySelectorAll("details")].map((each) => each.open);
      [...made.querySelectorAll("details")].forEach((each, at) => { if (opened[at] !== undefined && opened.length === made.querySelectorAll("details").length) each.open = opened[at]; });
      held.replaceWith(made);
    }
    tellTime(document);
    document.getElementById("live").textContent = `Live: ${document.querySelector(".status").textContent}`; // read aloud
  }
  const touched = (field) => (field.type === "radio" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue);
  const query = new URLSearchParams({ of: document.body.dataset.of, since: document.body.dataset.version });
  follow(query, { changed() { underway = (underway ?? Promise.resolve()).then(look); } });
}

tellTime(document);
setInterval(() => tellTime(document), TICK);
document.getElementById("faults")?.focus();
if (document.body.classList.contains("list")) keepList();
if (document.body.classList.contains("incident")) keepIncident();
