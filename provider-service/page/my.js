// My meter: waiting, the board, the end. What is shown follows from one state that the service pushes.

import { loadWords, say, useTimeZone, clock, clockWithSeconds, date, dateAndClock, weekday, shortWeekday, isSameDay, number, power, powerText, energyText } from "./words.js";
import { dayChart, weekChart, recentChart, balanceBar, table } from "./charts.js";

const at = (id) => document.getElementById(id);
const views = ["loading", "none", "waiting", "board", "ended"];
const WAITING = ["requested", "authorised", "granted"];
const ENDED = ["declined", "expired", "revoked", "terminated", "erased"];
const RECENT = 900;

let consent = null;
let insights = null;
let recent = [];
let spokenState = "";
let countdown = 0;

/** Asks the service; an answer that is no success becomes a sentence. */
async function ask(path, options = {}) {
  const answer = await fetch(path, { headers: { accept: "application/json" }, ...options });
  if (answer.status === 404) return null;
  const body = await answer.json().catch(() => null);
  if (!answer.ok) throw new Error(body?.error?.message ?? `${answer.status}`);
  return body;
}

function show(view) {
  for (const name of views) at(`view-${name}`).hidden = name !== view;
}

function put(id, words) {
  at(id).textContent = words;
}

/** The address may carry the key to a meter, after the #: it is turned into a cookie and taken out of the address. */
async function takeKeyFromAddress() {
  const key = location.hash.slice(1);
  if (!/^[\w-]{43}$/.test(key)) return;
  history.replaceState(null, "", location.pathname);
  await fetch("/my/session", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ key }) });
}

async function begin() {
  const slow = setTimeout(() => (at("loading-text").hidden = false), 300);
  await loadWords();
  await takeKeyFromAddress();
  consent = await ask("/my/state");
  clearTimeout(slow);
  if (!consent) return show("none");
  useTimeZone(consent.time_zone);
  await render();
  follow();
}

function follow() {
  const events = new EventSource("/my/live");
  events.addEventListener("state", async (event) => {
    consent = { ...consent, ...JSON.parse(event.data) };
    delayed(null);
    await render();
    if (consent.state === "erased" || consent.state === "declined") events.close();
  });
  events.addEventListener("reading", (event) => arrived(JSON.parse(event.data)));
  events.addEventListener("node", (event) => {
    const { unreachable_since: since } = JSON.parse(event.data);
    delayed(since ? say("my.node.lost", { time: clock(since) }) : null);
  });
  events.onerror = () => delayed(say("my.lost"));
}

function delayed(words) {
  at("delay").hidden = !words;
  at("delay").lastElementChild.textContent = words ?? "";
}

async function render() {
  clearInterval(countdown);
  const waiting = WAITING.includes(consent.state) || (consent.state === "active" && consent.readings === 0);
  if (ENDED.includes(consent.state)) await renderEnd();
  else if (waiting) renderWaiting();
  else await renderBoard();
  const spoken = `${consent.state} ${consent.ended_by ?? ""} ${waiting}`;
  if (spokenState && spoken !== spokenState) put("spoken", spokenWords());
  spokenState = spoken;
}

function spokenWords() {
  if (ENDED.includes(consent.state)) return at("end-title").textContent;
  if (consent.state === "paused") return say("permit.paused");
  return at("view-waiting").hidden ? at("permit-see").textContent : at("wait-title").textContent;
}

// ── waiting ──

function renderWaiting() {
  show("waiting");
  const asked = consent.state === "requested";
  put("wait-title", say(asked ? "wait.title" : "wait.granted.title"));
  put("wait-lead", say(asked ? "wait.lead" : "wait.granted.lead"));
  at("wait-answer").hidden = !asked;
  at("wait-code").hidden = !asked;
  if (asked) {
    at("wait-open").href = consent.link;
    at("wait-link").value = consent.link;
    if (!at("wait-qr").src) at("wait-qr").src = "/my/qr.svg";
  }
  const position = { requested: 1, authorised: 2, granted: 3, active: 3 }[consent.state];
  const slot = Math.min(...consent.lanes.map((lane) => lane.slot_seconds));
  const notes = {
    asked: clock(consent.requested_at),
    answer: asked ? say("wait.until", { time: clock(consent.request_expires_at) }) : consent.authorised_at ? clock(consent.authorised_at) : "",
    meter: position === 2 ? say("wait.step.meter.note") : consent.granted_at ? clock(consent.granted_at) : "",
    reading: position < 3 ? "" : slot < 120 ? say("wait.step.reading.note", { seconds: slot + 5 }) : say("wait.step.reading.minutes", { minutes: Math.ceil(slot / 60) + 1 }),
  };
  [...at("wait-steps").children].forEach((step, index) => {
    step.className = index < position ? "done" : index === position ? "now" : "next";
    if (index === position) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
    step.querySelector("p").textContent = notes[step.dataset.step];
  });
}

// ── the board ──

/** "electricity, every reading": each kind once, at its finest. */
function whatTheySee() {
  const order = ["live", "quarter-hour", "day"];
  const finest = new Map();
  for (const { lane } of consent.lanes) {
    const [fine, kind] = lane.split("/");
    if (!finest.has(kind) || order.indexOf(fine) < order.indexOf(finest.get(kind))) finest.set(kind, fine);
  }
  return [...finest].map(([kind, fine]) => say("permit.item", { kind: say(`kind.${kind}`), fine: say(`fine.${fine}`) })).join(say("permit.and"));
}

const sharesLive = () => consent.lanes.some(({ lane }) => lane === "live/electricity");

async function renderBoard() {
  insights = await ask("/my/insights");
  if (!insights) return show("none");
  recent = insights.recent;
  show("board");
  put("permit-see", say("permit.see", { what: whatTheySee(), until: date(consent.until) }));
  const others = consent.recipients.join(", ");
  put("permit-keep", say(others ? "permit.keep.others" : "permit.keep", { days: consent.retention_days, others }));
  at("paused").hidden = consent.state !== "paused";
  renderNow();
  renderGraphs();
  renderFigures();
}

function renderNow() {
  const last = recent.at(-1);
  at("balance").parentElement.hidden = !last;
  at("live-note").hidden = sharesLive() && Boolean(last);
  at("live").hidden = !last;
  at("live-seen").hidden = !last;
  if (!last) {
    put("live-word", say(sharesLive() ? "live.waiting" : "live.none"));
    put("live-note", sharesLive() ? "" : say("live.none.note"));
    return;
  }
  const [value, unit] = power(last.w);
  if (at("live-number").textContent !== value) {
    at("live").classList.remove("fresh");
    requestAnimationFrame(() => at("live").classList.add("fresh"));
  }
  put("live-number", value);
  put("live-unit", unit);
  at("live-direction").className = `direction ${last.w < 0 ? "out" : last.w > 0 ? "in" : ""}`;
  put("live-word", say(last.w < 0 ? "live.feeding" : last.w > 0 ? "live.using" : "live.even"));
  balanceBar(at("balance"), last.w, insights.connection_w);
  renderAge();
}

/** A meter that went silent is not shown as if it were now. */
function renderAge() {
  const last = recent.at(-1);
  if (!last || consent.state === "paused") return;
  const slot = consent.lanes.find(({ lane }) => lane === "live/electricity")?.slot_seconds ?? 10;
  const old = Date.now() / 1000 - last.at > 3 * slot + 60;
  at("live-seen").classList.toggle("off", old);
  const when = isSameDay(last.at, Date.now() / 1000) ? clockWithSeconds(last.at) : dateAndClock(last.at);
  at("live-seen").lastElementChild.textContent = say(old ? "live.old" : "live.seen", { time: when });
  at("live-note").hidden = !old;
  if (old) put("live-note", say("live.old.note"));
}

function renderGraphs() {
  const now = Math.min(Date.now() / 1000, insights.day.end);
  const last = recent.at(-1);
  at("recent").hidden = recent.length < 2;
  if (recent.length >= 2) recentChart(at("recent-chart"), recent, beginning(recent), last.at);
  const holes = dayChart(at("today-chart"), insights.day, Math.max(insights.day.start, Math.min(now, insights.data_until ?? now)), { last: last ? last.w : null });
  at("today-gap").hidden = !holes;
  weekChart(at("week-chart"), insights.week);
  const watts = (value) => (value === null ? say("table.unknown") : number(value));
  const kwh = (value) => (value === null ? say("table.unknown") : number(value / 1000, 2));
  table(at("today-table"), [say("table.time"), say("table.in.w"), say("table.out.w")], insights.day.quarters.map((quarter) => [clock(quarter.start), watts(quarter.import_w), watts(quarter.export_w)]));
  table(at("week-table"), [say("table.day"), say("table.in.kwh"), say("table.out.kwh")], insights.week.map((day) => [weekday(day.start) + (day.complete ? "" : ` (${say("week.partly")})`), kwh(day.import_wh), kwh(day.export_wh)]));
}

/** Where the line of the last readings begins: a quarter of an hour back, or where reading began, but two minutes at least. */
function beginning(samples) {
  const last = samples.at(-1).at;
  return Math.max(last - RECENT, Math.min(samples[0].at, last - 120));
}

function renderFigures() {
  const { standby_w: standby, peak, today, week_total: week } = insights;
  put("kpi-standby", standby === null ? say("unknown") : powerText(standby));
  put("kpi-standby-note", standby === null ? say("kpi.standby.none") : say("kpi.standby.note", { kwh: energyText(standby * 24) }));
  put("kpi-peak", peak ? powerText(peak.w) : say("unknown"));
  put("kpi-peak-note", peak ? say("kpi.peak.note", { day: capital(weekday(peak.start)), time: clock(peak.start) }) : say("kpi.peak.none"));
  const energy = (value) => (value === null ? say("unknown") : energyText(value));
  put("kpi-used", energy(today.import_wh));
  put("kpi-fed", energy(today.export_wh));
  const midday = consent.first_reading_at > insights.day.start;
  put("kpi-used-note", midday ? say("kpi.since", { time: clock(consent.first_reading_at) }) : "");
  put("kpi-week", energy(week.import_wh));
  put("kpi-week-note", week.export_wh === null ? "" : say("kpi.fed.week", { kwh: energyText(week.export_wh) }));
}

const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);

/** New readings: the number and the line move at once, the sums are asked again now and then. */
async function arrived(samples) {
  consent.readings += samples.length;
  if (at("view-board").hidden) {
    consent = (await ask("/my/state")) ?? consent;
    return render();
  }
  recent = [...recent, ...samples.filter((sample) => sample.at > (recent.at(-1)?.at ?? 0))];
  const edge = (recent.at(-1)?.at ?? 0) - RECENT;
  recent = recent.filter((sample) => sample.at >= edge);
  renderNow();
  if (!document.hidden) refreshSoon();
}

let refreshing = null;

function refreshSoon() {
  refreshing ??= setTimeout(async () => {
    refreshing = null;
    const fresh = await ask("/my/insights").catch(() => null);
    if (!fresh || at("view-board").hidden) return;
    insights = fresh;
    recent = fresh.recent;
    renderNow();
    renderGraphs();
    renderFigures();
  }, 1500);
}

// ── the end ──

async function renderEnd() {
  show("ended");
  const erased = consent.state === "erased";
  const shared = ["withdrawn-by-owner", "ended-by-service", "ran-out", "device-removed"].includes(consent.ended_by);
  put("end-tag", say(erased ? "erased.tag" : `end.tag.${consent.ended_by}`));
  put("end-title", say(erased ? "erased.title" : `end.title.${consent.ended_by}`));
  put("end-lead", erased ? say("erased.lead", { time: moment(consent.erased_at) }) : shared ? lastWords() : say(`end.lead.${consent.ended_by}`));
  at("have").hidden = !shared && !erased;
  at("end-again").hidden = !shared && !erased;
  const empty = erased || consent.readings === 0;
  for (const id of ["have-list", "have-erase", "have-copy"]) at(id).hidden = empty;
  put("have-note", say(empty ? "have.nothing" : "have.note"));
  at("end-graph").hidden = empty;
  if (empty) return;
  put("have-readings", number(consent.readings));
  put("have-from", date(consent.first_reading_at));
  put("have-until", dateAndClock(consent.last_reading_at));
  put("have-erased", date(consent.erase_at));
  insights = await ask(`/my/insights?at=${consent.last_reading_at}`);
  if (!insights) return;
  // A consent that lasted minutes is a sliver of a day: then its last minutes say more.
  const brief = insights.day.quarters.length <= 3 && insights.recent.length >= 2;
  if (brief) recentChart(at("end-chart"), insights.recent, beginning(insights.recent), consent.last_reading_at);
  else dayChart(at("end-chart"), insights.day, consent.last_reading_at, { height: 170 });
  put("end-note", say("today.ended", { time: clock(consent.last_reading_at) }));
}

const moment = (time) => (isSameDay(time, Date.now() / 1000) ? say("end.today", { time: clockWithSeconds(time) }) : `${date(time)}, ${clockWithSeconds(time)}`);

function lastWords() {
  const lead = consent.ended_by === "ended-by-service" ? `${say("end.lead.ended-by-service")} ` : "";
  if (!consent.last_reading_at) return lead + say("end.last.none");
  if (consent.ended_by === "withdrawn-by-owner" && !consent.end_confirmed_at) return say("end.last.confirming", { time: moment(consent.last_reading_at) });
  return lead + say("end.last", { time: moment(consent.last_reading_at) });
}

// ── what a person can press ──

function confirmation(kind) {
  const readings = number(consent.readings);
  put("confirm-title", say(`confirm.${kind}.title`));
  put("confirm-text", say(`confirm.${kind}.text`, { readings }));
  put("confirm-do", say(kind === "stop" ? "permit.stop" : "have.erase"));
  at("confirm-failed").hidden = true;
  at("confirm-do").onclick = () => carryOut(kind);
  at("confirm").showModal();
  at("confirm-title").tabIndex = -1;
  at("confirm-title").focus();
}

async function carryOut(kind) {
  at("confirm-do").disabled = true;
  try {
    const record = await ask(`/my/${kind}`, { method: "POST" });
    consent = { ...consent, ...record };
    at("confirm").close();
    await render();
  } catch (problem) {
    at("confirm-failed").hidden = false;
    at("confirm-failed").lastElementChild.textContent = say("confirm.failed", { why: problem.message });
  } finally {
    at("confirm-do").disabled = false;
  }
}

function toggleTable(button) {
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(open));
  button.textContent = say(open ? "table.hide" : "table.show");
  at(`${button.dataset.table}-table`).hidden = !open;
  at(`${button.dataset.table}-chart`).toggleAttribute("hidden", open);
}

for (const button of document.querySelectorAll("[data-confirm]")) button.addEventListener("click", () => confirmation(button.dataset.confirm));
for (const button of document.querySelectorAll("[data-table]")) button.addEventListener("click", () => toggleTable(button));
at("confirm-keep").addEventListener("click", () => at("confirm").close());
at("wait-copy").addEventListener("click", async () => {
  at("wait-link").select();
  await navigator.clipboard?.writeText(at("wait-link").value);
  at("wait-copy").lastElementChild.textContent = say("wait.copied");
});
setInterval(() => {
  if (!at("view-board").hidden) renderAge();
}, 5000);
let drawnAt = window.innerWidth;
window.addEventListener("resize", () => {
  if (drawnAt === window.innerWidth || !insights) return;
  drawnAt = window.innerWidth;
  if (!at("view-board").hidden) renderGraphs();
  else if (!at("view-ended").hidden) renderEnd();
});

begin().catch(() => {
  delayed(say("my.lost"));
  setTimeout(() => location.reload(), 5000);
});
