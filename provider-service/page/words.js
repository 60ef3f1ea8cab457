// The words of the page's language, and how numbers and times are written in it.

export const language = document.documentElement.lang;

let table = {};

export async function loadWords() {
  const answer = await fetch(`/assets/words.${language}.json`);
  if (!answer.ok) throw new Error(`words: ${answer.status}`);
  table = await answer.json();
}

/** A sentence, with {names} filled in. */
export function say(key, values = {}) {
  const sentence = table[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

let zone = "Europe/Amsterdam";

export function useTimeZone(name) {
  zone = name;
}

const formats = new Map();

function format(kind, options) {
  const key = kind + JSON.stringify(options) + zone;
  if (!formats.has(key)) {
    formats.set(key, kind === "time" ? new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { timeZone: zone, ...options }) : new Intl.NumberFormat(language, options));
  }
  return formats.get(key);
}

export const clock = (at) => format("time", { hour: "2-digit", minute: "2-digit" }).format(at * 1000);
export const clockWithSeconds = (at) => format("time", { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(at * 1000);
export const date = (at) => format("time", { day: "numeric", month: "long", year: "numeric" }).format(at * 1000);
export const weekday = (at) => format("time", { weekday: "long" }).format(at * 1000);
export const shortWeekday = (at) => format("time", { weekday: "short" }).format(at * 1000);
export const dateAndClock = (at) => `${date(at)}, ${clock(at)}`;
export const isSameDay = (one, other) => date(one) === date(other);

export const number = (value, digits = 0) => format("number", { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);

const join = (value, unit) => `${value}\u00a0${unit}`;

/** Watts as people read them: 187 W, 2.37 kW. Returned as number and unit. */
export function power(watts) {
  return Math.abs(watts) < 1000 ? [number(Math.abs(watts)), "W"] : [number(Math.abs(watts) / 1000, 2), "kW"];
}

export const powerText = (watts) => join(...power(watts));
export const energyText = (wattHours) => join(number(wattHours / 1000, Math.abs(wattHours) < 1000 ? 2 : 1), "kWh");
