// The language of the screens, and how numbers, times and lists are said in it.
import type { Fineness, Kind, LaneName, LastKnown, Tongue, Totals } from "../bindings";
import { en } from "./en";
import { nl, type Words } from "./nl";

const catalogues: Record<Tongue, Words> = { nl, en };
const state = $state<{ tongue: Tongue }>({ tongue: "nl" });

/** The words of the chosen language. */
export function w(): Words {
  return catalogues[state.tongue];
}

export function tongue(): Tongue {
  return state.tongue;
}

export function speak(tongue: Tongue): void {
  state.tongue = tongue;
  document.documentElement.lang = tongue;
}

/** Lets the words follow the page's language, which a screen reader goes by, whoever sets it. */
export function followThePage(): void {
  const root = document.documentElement;
  const follow = () => {
    if (root.lang in catalogues) state.tongue = root.lang as Tongue;
  };
  new MutationObserver(follow).observe(root, { attributeFilter: ["lang"] });
}

function number(value: number, digits: number): string {
  return new Intl.NumberFormat(w().tag, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** A value and its unit, apart so that the unit can be set smaller. */
export type Amount = { value: string; unit: string };

export function power(watts: number): Amount {
  const size = Math.abs(watts);
  return size < 1000 ? { value: number(size, 0), unit: "W" } : { value: number(size / 1000, 2), unit: "kW" };
}

export function energy(wattHours: number): Amount {
  return wattHours < 100_000
    ? { value: number(wattHours / 1000, wattHours < 1000 ? 2 : 1), unit: "kWh" }
    : { value: number(wattHours / 1000, 0), unit: "kWh" };
}

export function volume(litres: number): Amount {
  return { value: number(litres / 1000, 2), unit: "m³" };
}

export function heat(kilojoules: number): Amount {
  return { value: number(kilojoules / 1_000_000, 2), unit: "GJ" };
}

export function volts(decivolts: number): Amount {
  return { value: number(decivolts / 10, 1), unit: "V" };
}

/** Meters of the Netherlands say whole amperes, those of Belgium hundredths. */
export function amperes(centiamperes: number): Amount {
  return { value: number(centiamperes / 100, centiamperes % 100 === 0 ? 0 : 2), unit: "A" };
}

/** A whole number. */
export function count(value: number): string {
  return number(value, 0);
}

/** Quarters of an hour, as hours. */
export function hours(quarters: number): string {
  return new Intl.NumberFormat(w().tag, { maximumFractionDigits: 2 }).format(quarters / 4);
}

/** An amount in ten-thousandths of a euro. */
export function money(amount: number): string {
  return new Intl.NumberFormat(w().tag, { style: "currency", currency: "EUR" }).format(amount / 10_000);
}

export function plain(amount: Amount): string {
  return `${amount.value} ${amount.unit}`;
}

/** What came from the grid and went to it, as far as it is known, as a sentence; nothing if nothing is. */
export function story({ import_wh, export_wh }: Pick<Totals, "import_wh" | "export_wh">): string | undefined {
  const parts = [
    ...(import_wh === null ? [] : [`${plain(energy(import_wh))} ${w().meter.fromGrid.toLowerCase()}`]),
    ...(export_wh === null ? [] : [`${plain(energy(export_wh))} ${w().meter.toGrid.toLowerCase()}`]),
  ];
  return parts.length ? `${parts.join(", ")}.` : undefined;
}

/** The power of this moment as a sentence. */
export function powerNow(net: number): string {
  if (net === 0) return `${w().home.balanced}.`;
  return `${net < 0 ? w().home.feeding : w().home.using}: ${plain(power(net))}.`;
}

/** The last power that is known as a sentence, with its time. */
export function powerBefore(last: LastKnown, now: number): string {
  const when = momentOrAt(last.at, now);
  return `${w().home.before(last.net_w)}: ${plain(power(last.net_w))}, ${last.mean ? w().home.mean(when) : when}.`;
}

// Making one costs much more than using it, and a long activity uses thousands.
const formatters = new Map<string, Intl.DateTimeFormat>();

function format(at: number, options: Intl.DateTimeFormatOptions): string {
  const name = w().tag + JSON.stringify(options);
  const formatter = formatters.get(name) ?? new Intl.DateTimeFormat(w().tag, options);
  formatters.set(name, formatter);
  return formatter.format(new Date(at * 1000));
}

export function clock(at: number): string {
  return format(at, { hour: "2-digit", minute: "2-digit" });
}

export function second(at: number): string {
  return format(at, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

export function day(at: number): string {
  return format(at, { day: "numeric", month: "long", year: "numeric" });
}

export function weekday(at: number): string {
  return format(at, { weekday: "long", day: "numeric", month: "long" });
}

/** The last day of something that ends at midnight. */
export function lastDay(until: number): string {
  return day(until - 1);
}

/** "up to and including 22 December 2026" for what ends at midnight, "until 21 February 2027, 00:40" for any other end. */
export function upTo(end: number): string {
  return sameDay(end, end - 1) ? w().until(`${day(end)}, ${clock(end)}`) : w().upToAndIncluding(lastDay(end));
}

/** The day on which something begins. */
export function beginning(from: number, now: number): string {
  return sameDay(from, now) ? w().today : day(from);
}

function sameDay(a: number, b: number): boolean {
  return day(a) === day(b);
}

/** 14:03 today, "yesterday, 22:14", "19 June 2026, 22:14". */
export function moment(at: number, now: number): string {
  if (sameDay(at, now)) return clock(at);
  if (sameDay(at, now - 86_400)) return `${w().yesterday}, ${clock(at)}`;
  return `${day(at)}, ${clock(at)}`;
}

/** "at 14:03" today; of another day as `moment` says it. */
export function momentOrAt(at: number, now: number): string {
  return sameDay(at, now) ? w().meter.at(clock(at)) : moment(at, now);
}

/** "today, Friday 19 June". */
export function dayHeading(at: number, now: number): string {
  const name = weekday(at);
  if (sameDay(at, now)) return capital(`${w().today}, ${name}`);
  if (sameDay(at, now - 86_400)) return capital(`${w().yesterday}, ${name}`);
  return capital(sameYear(at, now) ? name : `${name} ${format(at, { year: "numeric" })}`);
}

function sameYear(a: number, b: number): boolean {
  return format(a, { year: "numeric" }) === format(b, { year: "numeric" });
}

export function ago(at: number, now: number): string {
  const passed = Math.max(0, now - at);
  if (passed < 3) return w().now;
  if (passed < 60) return w().secondsAgo(passed);
  if (passed < 3600) return w().minutesAgo(Math.floor(passed / 60));
  return w().lastSeen(moment(at, now));
}

export function title(period: "live" | "day" | "week" | "month" | "year", from: number, to: number): string {
  if (period === "year") return format(from, { year: "numeric" });
  if (period === "month") return capital(format(from, { month: "long", year: "numeric" }));
  if (period === "week")
    return `${format(from, { day: "numeric", month: "short" })} – ${format(to - 1, { day: "numeric", month: "short", year: "numeric" })}`;
  return weekday(from);
}

export function tick(period: "day" | "week" | "month" | "year", at: number): string {
  if (period === "year") return format(at, { month: "narrow" });
  if (period === "month") return format(at, { day: "numeric" });
  if (period === "week") return format(at, { weekday: "short" });
  return clock(at);
}

export function spanName(period: "day" | "week" | "month" | "year", at: number): string {
  if (period === "year") return format(at, { month: "long", year: "numeric" });
  if (period === "day") return clock(at);
  return weekday(at);
}

export function list(items: string[]): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} ${w().and} ${last}`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A stranger's text as a sentence of its own. */
export function sentence(text: string): string {
  return `${capital(text.trim().replace(/\.$/, ""))}.`;
}

/** What a request is about, in the few words of its heading. */
export function things(lanes: { kind: Kind }[]): string {
  return list([...new Set(lanes.map((lane) => w().home.things[lane.kind]))]);
}

const order: Fineness[] = ["live", "quarter-hour", "day"];
const kindsInOrder: Kind[] = ["electricity", "gas-water-heat", "phases"];
const place = (lane: LaneName) => order.indexOf(lane.fineness) * kindsInOrder.length + kindsInOrder.indexOf(lane.kind);

/**
 * "electricity, in and out, per day; gas, water and heat, per day"; as a heading it begins with a capital. Each kind stands
 * apart, since its name has an "and" of its own.
 */
export function whatShared(lanes: LaneName[], heading = false): string {
  const inOrder = [...lanes].sort((a, b) => place(a) - place(b));
  const said = inOrder.map(({ kind, fineness }) => `${w().kinds[kind]}, ${w().fineness[fineness]}`.toLowerCase());
  return heading ? capital(said.join("; ")) : said.join("; ");
}

/** What somebody learns, the coarsest first: what the coarser ways show is shown too, as far as it is not said already. */
export function revealed(kind: Kind, fineness: Fineness, said?: Fineness): string {
  const finer = order.slice(order.indexOf(fineness), said && order.indexOf(said));
  const sentences = finer.map((one) => w().reveals[kind][one]);
  return sentences.reverse().join(" ");
}

/** A country of two letters by its name. */
export function country(code: string): string {
  return new Intl.DisplayNames([w().tag], { type: "region", fallback: "code" }).of(code) ?? code;
}
