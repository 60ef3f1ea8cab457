// Charts: up is from the grid, down is to the grid, a zero line between them. A gap stays a gap.

import { say, clock, clockWithSeconds, shortWeekday, weekday, number, powerText, energyText } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const LEFT = 58;

/** Charts are drawn at the width they have, so that their words keep their size. */
let WIDTH = 700;

/** An SVG element with attributes and children. */
function draw(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const text = (x, y, anchor, words) => draw("text", { x, y, "text-anchor": anchor }, words);
const line = (kind, x1, y1, x2, y2) => draw("line", { class: kind, x1, y1, x2, y2 });
const box = (kind, x, y, width, height, rx = 0) => draw("rect", { class: kind, x, y, width: Math.max(0, width), height: Math.max(0, height), rx });

function start(svg, height, title, description) {
  const id = svg.id;
  WIDTH = Math.max(240, Math.round(svg.parentElement.clientWidth) || 700);
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${height}`);
  svg.setAttribute("aria-labelledby", `${id}-title ${id}-desc`);
  const hatch = (name, kind) => draw("pattern", { id: `${id}-${name}`, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, line(kind, 0, 0, 0, 6));
  svg.replaceChildren(draw("title", { id: `${id}-title` }, title), draw("desc", { id: `${id}-desc` }, description), draw("defs", {}, hatch("hatch", "hatch"), hatch("gaps", "gap-hatch")));
}

/** A pleasant step so that at most four lines are drawn over this range. */
function niceStep(range) {
  const rough = range / 4;
  const size = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 2.5, 5, 10].map((factor) => factor * size).find((step) => step >= rough);
}

/** A vertical scale with its lines and labels; `up` and `down` are positive. */
function scale(svg, top, bottom, up, down, unit) {
  const floor = unit === "kW" ? 0.4 : 1;
  const high = Math.max(up * 1.12, down > up * 4 ? down * 0.12 : floor);
  const low = down > 0 ? Math.max(down * 1.12, high * 0.12) : 0;
  const y = (value) => top + ((high - value) / (high + low)) * (bottom - top);
  const step = niceStep(high + low);
  const digits = step < 1 ? (step * 10 === Math.round(step * 10) ? 1 : 2) : step === Math.round(step) ? 0 : 1;
  const steps = Array.from({ length: 12 }, (_, index) => (index - 6) * step).filter((value) => value !== 0 && value < high && value > -low);
  for (const value of steps) {
    svg.append(line("grid", LEFT, y(value), WIDTH, y(value)));
    svg.append(text(LEFT - 8, y(value) + 4, "end", number(Math.abs(value), digits) + (value === Math.max(...steps) ? `\u00a0${unit}` : "")));
  }
  svg.append(text(LEFT - 8, y(0) + 4, "end", "0"));
  return y;
}

/** A step outline: [x, x2, value] with values positive or zero. */
function steps(pieces, y) {
  return pieces.map(([x, x2, value], index) => `${index ? "L" : "M"}${x.toFixed(1)} ${y(value).toFixed(1)}L${x2.toFixed(1)} ${y(value).toFixed(1)}`).join("");
}

function closed(outline, pieces, y) {
  return `${outline}L${pieces.at(-1)[1].toFixed(1)} ${y(0).toFixed(1)}L${pieces[0][0].toFixed(1)} ${y(0).toFixed(1)}Z`;
}

/** Consecutive pieces, split where something is missing. */
function runs(pieces) {
  const all = [];
  for (const piece of pieces) {
    const last = all.at(-1)?.at(-1);
    if (last && Math.abs(last[1] - piece[0]) < 0.6) all.at(-1).push(piece);
    else all.push([piece]);
  }
  return all;
}

function area(svg, pieces, y, sign, kind) {
  for (const run of runs(pieces)) {
    const signed = run.map(([x, x2, value]) => [x, x2, sign * value]);
    const outline = steps(signed, y);
    svg.append(draw("path", { class: kind, d: closed(outline, signed, y) }));
    if (kind === "out") svg.append(draw("path", { fill: `url(#${svg.id}-hatch)`, d: closed(outline, signed, y) }));
    for (const part of runs(signed.filter(([, , value]) => value !== 0))) svg.append(draw("path", { class: `${kind}-line`, d: steps(part, y) }));
  }
}

function gap(svg, x, x2, top, bottom, why) {
  const hole = draw("g", {}, draw("title", {}, why), box("gap", x, top, x2 - x, bottom - top), draw("rect", { fill: `url(#${svg.id}-gaps)`, x, y: top, width: x2 - x, height: bottom - top }));
  svg.append(hole);
}

/**
 * A day by quarter hour.
 * @param day {start, end, night: [{start, end}], quarters: [{start, end, import_w, export_w}]}
 * @param until the moment up to which the day has happened
 */
export function dayChart(svg, day, until, { height = 232, last = null } = {}) {
  const [top, bottom] = [10, height - 34];
  const x = (at) => LEFT + ((at - day.start) / (day.end - day.start)) * (WIDTH - LEFT);
  const known = day.quarters.filter((quarter) => quarter.import_w !== null || quarter.export_w !== null);
  const most = (key) => Math.max(0, ...known.map((quarter) => quarter[key] ?? 0)) / 1000;
  const total = (key) => known.reduce((sum, quarter) => sum + (quarter[key] ?? 0), 0);
  start(svg, height, say("today.chart", { time: clock(until) }), known.length ? say("today.desc", { used: energyText(total("import_wh")), fed: energyText(total("export_wh")) }) : say("today.empty"));
  for (const night of day.night) svg.append(box("night", x(night.start), top, x(night.end) - x(night.start), bottom - top, 4));
  const y = scale(svg, top, bottom, most("import_w"), most("export_w"), "kW");
  let holes = 0;
  known.slice(1).forEach((quarter, index) => {
    if (quarter.start - known[index].end >= 900) {
      holes += 1;
      gap(svg, x(known[index].end), x(quarter.start), top, bottom, `${say("key.gap")}: ${clock(known[index].end)}–${clock(quarter.start)}`);
    }
  });
  const piece = (key) => (quarter) => [x(quarter.start), x(Math.min(quarter.end, Math.max(until, quarter.start + 60))), (quarter[key] ?? 0) / 1000];
  area(svg, known.map(piece("export_w")), y, -1, "out");
  area(svg, known.map(piece("import_w")), y, 1, "in");
  svg.append(line("zero", LEFT, y(0), WIDTH, y(0)));
  hours(svg, day, x, height - 5, WIDTH < 620 ? 6 : 3);
  if (known.length && until < day.end) {
    const now = known.at(-1);
    const watts = last ?? (now.import_w ?? 0) - (now.export_w ?? 0);
    const place = Math.min(Math.max(-most("export_w") * 1.1, watts / 1000), most("import_w") * 1.1);
    svg.append(line("mark", x(until), top, x(until), bottom), draw("circle", { class: `dot ${watts < 0 ? "out" : "in"}`, cx: x(until), cy: y(place), r: 5 }));
  }
  cursor(svg, top, bottom, known.map((quarter) => ({ x: (x(quarter.start) + x(quarter.end)) / 2, words: `${clock(quarter.start)}–${clock(quarter.end)}: ${bothWays(quarter.import_w, quarter.export_w, powerText)}` })));
  return holes;
}

/** Hours of the wall clock, true to days of 23 and 25 hours. */
function hours(svg, day, x, y, every) {
  const count = Math.round((day.end - day.start) / 3600);
  for (let hour = 0; hour <= 24; hour += every) {
    const shift = hour >= 3 ? count - 24 : 0;
    const at = day.start + (hour + shift) * 3600;
    svg.append(text(hour === 24 ? WIDTH : x(at), y, hour === 0 ? "start" : hour === 24 ? "end" : "middle", `${String(hour).padStart(2, "0")}:00`));
  }
}

function bothWays(used, fed, write) {
  const parts = [];
  if (used !== null && (used > 0 || !fed)) parts.push(`${write(used)} ${say("key.in")}`);
  if (fed) parts.push(`${write(fed)} ${say("key.out")}`);
  return parts.join(", ") || say("table.unknown");
}

/** Seven days as bars. */
export function weekChart(svg, days) {
  const [height, top, bottom] = [190, 16, 162];
  const kwh = (value) => (value ?? 0) / 1000;
  const used = days.map((day) => day.import_wh).filter((value) => value !== null);
  const fed = days.map((day) => day.export_wh).filter((value) => value !== null);
  const range = (values) => [Math.min(...values), Math.max(...values)].map((value) => number(value / 1000, 1));
  const [low, high] = used.length ? range(used) : ["0", "0"];
  const [fedlow, fedhigh] = fed.length ? range(fed) : ["0", "0"];
  start(svg, height, say("week.title"), say("week.desc", { low, high, fedlow, fedhigh }));
  const y = scale(svg, top, bottom, Math.max(0, ...days.map((day) => kwh(day.import_wh))), Math.max(0, ...days.map((day) => kwh(day.export_wh))), "kWh");
  const pitch = (WIDTH - LEFT) / days.length;
  const wide = Math.min(46, Math.round(pitch * 0.6));
  const spots = days.map((day, index) => {
    const middle = LEFT + pitch * (index + 0.5);
    const left = middle - wide / 2;
    if (day.import_wh !== null) svg.append(box("in-solid", left, y(kwh(day.import_wh)), wide, y(0) - y(kwh(day.import_wh)), 3));
    if (day.export_wh) {
      const tall = y(-kwh(day.export_wh)) - y(0);
      svg.append(box("out-solid", left, y(0), wide, tall, 3), draw("rect", { fill: `url(#${svg.id}-hatch)`, x: left, y: y(0), width: wide, height: tall }));
    }
    if (day.import_wh === null && day.export_wh === null) gap(svg, left, left + wide, y(0) - 4, y(0) + 4, `${weekday(day.start)}: ${say("key.gap")}`);
    svg.append(text(middle, height - 4, "middle", shortWeekday(day.start)));
    const partly = day.complete ? "" : ` (${say("week.partly")})`;
    return { x: middle, words: `${weekday(day.start)}: ${bothWays(day.import_wh, day.export_wh, energyText)}${partly}` };
  });
  svg.append(line("zero", LEFT, y(0), WIDTH, y(0)));
  cursor(svg, top, bottom, spots);
}

/** Every reading of the last minutes, as a line. @param samples [{at, w}], negative is to the grid */
export function recentChart(svg, samples, from, to) {
  const [height, top, bottom] = [132, 8, 104];
  const kw = samples.map((sample) => sample.w / 1000);
  const [low, high] = [Math.min(...kw), Math.max(...kw)];
  start(svg, height, say("recent.title"), say("recent.desc", { from: clock(samples[0].at), to: clock(samples.at(-1).at), low: powerText(low * 1000), high: powerText(high * 1000) }));
  const x = (at) => LEFT + ((at - from) / (to - from)) * (WIDTH - LEFT);
  const y = scale(svg, top, bottom, Math.max(0, high), Math.max(0, -low), "kW");
  svg.append(draw("clipPath", { id: `${svg.id}-up` }, box("", 0, -20, WIDTH, y(0) + 20)), draw("clipPath", { id: `${svg.id}-down` }, box("", 0, y(0), WIDTH, height)));
  for (const run of stretches(samples)) {
    const outline = run.map((sample, index) => `${index ? "L" : "M"}${x(sample.at).toFixed(1)} ${y(sample.w / 1000).toFixed(1)}`).join("");
    const shape = `${outline}L${x(run.at(-1).at).toFixed(1)} ${y(0).toFixed(1)}L${x(run[0].at).toFixed(1)} ${y(0).toFixed(1)}Z`;
    const [up, down] = [`url(#${svg.id}-up)`, `url(#${svg.id}-down)`];
    svg.append(
      draw("path", { class: "in", d: shape, "clip-path": up }),
      draw("path", { class: "out", d: shape, "clip-path": down }),
      draw("path", { fill: `url(#${svg.id}-hatch)`, d: shape, "clip-path": down }),
      draw("path", { class: "in-line", d: outline, "clip-path": up }),
      draw("path", { class: "out-line", d: outline, "clip-path": down }),
    );
  }
  svg.append(line("zero", LEFT, y(0), WIDTH, y(0)));
  const every = to - from > 400 ? 300 : 60;
  for (let at = Math.ceil(from / every) * every; at <= to; at += every) svg.append(text(Math.min(x(at), WIDTH - 16), height - 5, "middle", clock(at)));
  const last = samples.at(-1);
  svg.append(draw("circle", { class: `dot ${last.w < 0 ? "out" : "in"}`, cx: x(last.at), cy: y(last.w / 1000), r: 4 }));
  cursor(svg, top, bottom, samples.map((sample) => ({ x: x(sample.at), words: `${clockWithSeconds(sample.at)}: ${bothWays(Math.max(0, sample.w), Math.max(0, -sample.w), powerText)}` })));
}

/** Readings without a hole of half a minute between them. */
function stretches(samples) {
  const all = [[]];
  for (const sample of samples) {
    const last = all.at(-1).at(-1);
    if (last && sample.at - last.at > 30) all.push([]);
    all.at(-1).push(sample);
  }
  return all;
}

/** Zero in the middle, left is giving back; the scale is the connection's power. */
export function balanceBar(svg, watts, limit) {
  const reach = Math.min(1, Math.abs(watts) / limit) * 140;
  svg.setAttribute("aria-label", say(watts < 0 ? "balance.label.feeding" : "balance.label.using", { power: powerText(watts) }));
  svg.replaceChildren(
    box("track", 0, 8, 280, 12, 6),
    box(watts < 0 ? "out-solid" : "in-solid", watts < 0 ? 140 - reach : 140, 8, reach, 12, 3),
    line("axis", 140, 2, 140, 26),
    ...[35, 70, 105, 175, 210, 245].map((x) => line("tick", x, 20, x, 24)),
    text(0, 42, "start", say("balance.feeding")),
    text(140, 42, "middle", "0"),
    text(280, 42, "end", say("balance.using")),
  );
}

/** One cursor for pointer and arrow keys; its value is a sentence. */
function cursor(svg, top, bottom, spots) {
  if (!spots.length) return;
  svg.tabIndex = 0;
  const right = WIDTH;
  const words = draw("text", { y: top + 16, "text-anchor": "middle" });
  const back = draw("rect", { y: top, height: 24, rx: 6 });
  const group = draw("g", { class: "bubble", visibility: "hidden" }, line("cursor", 0, top, 0, bottom), back, words);
  svg.append(group);
  let place = spots.length - 1;
  const show = (index) => {
    place = Math.max(0, Math.min(spots.length - 1, index));
    const spot = spots[place];
    group.setAttribute("visibility", "visible");
    group.firstChild.setAttribute("x1", spot.x);
    group.firstChild.setAttribute("x2", spot.x);
    words.textContent = spot.words;
    const width = words.getComputedTextLength() + 20;
    const middle = Math.max(width / 2, Math.min(right - width / 2, spot.x));
    words.setAttribute("x", middle);
    back.setAttribute("x", middle - width / 2);
    back.setAttribute("width", width);
  };
  const hide = () => group.setAttribute("visibility", "hidden");
  svg.onpointermove = (event) => {
    const place = svg.getBoundingClientRect();
    const at = ((event.clientX - place.left) / place.width) * right;
    show(spots.reduce((best, spot, index) => (Math.abs(spot.x - at) < Math.abs(spots[best].x - at) ? index : best), 0));
  };
  svg.onpointerleave = hide;
  svg.onblur = hide;
  svg.onkeydown = (event) => {
    const move = { ArrowLeft: -1, ArrowRight: 1, Home: -spots.length, End: spots.length }[event.key];
    if (!move) return;
    event.preventDefault();
    show(group.getAttribute("visibility") === "hidden" ? place : place + move);
    document.getElementById("spoken").textContent = spots[place].words;
  };
}

/** The same numbers as a table. */
export function table(place, heads, rows) {
  const make = (name, words, attributes = {}) => Object.assign(document.createElement(name), { textContent: words, ...attributes });
  const head = document.createElement("tr");
  head.append(...heads.map((words, index) => make("th", words, { scope: "col", className: index ? "figure" : "" })));
  const body = rows.map((cells) => {
    const row = document.createElement("tr");
    row.append(...cells.map((words, index) => (index ? make("td", words, { className: "figure" }) : make("th", words, { scope: "row" }))));
    return row;
  });
  const whole = Object.assign(document.createElement("table"), { className: "plain" });
  whole.createTHead().append(head);
  whole.createTBody().append(...body);
  place.replaceChildren(whole);
}
