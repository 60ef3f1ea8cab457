import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Fineness, Kind, Tongue } from "../bindings";
import { beginning, powerBefore, powerNow, revealed, speak, story, upTo, whatShared } from "./index.svelte";

const both: Tongue[] = ["en", "nl"];
const said = (what: () => string) =>
  both.map((tongue) => {
    speak(tongue);
    return what();
  });
const unix = (time: string) => new Date(time).getTime() / 1000;

beforeEach(() => vi.stubGlobal("document", { documentElement: {} }));
afterEach(() => vi.unstubAllGlobals());

describe("an end", () => {
  it("at midnight belongs to the day before", () => {
    const expected = ["up to and including 22 December 2026", "tot en met 22 december 2026"];
    expect(said(() => upTo(unix("2026-12-23T00:00:00+01:00")))).toEqual(expected);
    const summer = ["up to and including 25 October 2026", "tot en met 25 oktober 2026"];
    expect(said(() => upTo(unix("2026-10-26T00:00:00+01:00")))).toEqual(summer);
  });
  it("at any other moment has its time", () => {
    const expected = ["until 21 February 2027, 00:40", "tot 21 februari 2027, 00:40"];
    expect(said(() => upTo(unix("2027-02-21T00:40:00+01:00")))).toEqual(expected);
    const late = ["until 22 December 2026, 23:59", "tot 22 december 2026, 23:59"];
    expect(said(() => upTo(unix("2026-12-22T23:59:59+01:00")))).toEqual(late);
  });
});

describe("a beginning", () => {
  it("is today, or a day", () => {
    const now = unix("2026-11-23T14:03:00+01:00");
    expect(said(() => beginning(now, now))).toEqual(["today", "vandaag"]);
    expect(said(() => beginning(unix("2027-01-01T00:00:00+01:00"), now))).toEqual(["1 January 2027", "1 januari 2027"]);
  });
});

describe("a chart", () => {
  it("tells the sums that are known, and no zero for what is not", () => {
    const both = { import_wh: 2_700, export_wh: 0 };
    expect(said(() => story(both) ?? "")).toEqual([
      "2.7 kWh from the grid, 0.00 kWh to the grid.",
      "2,7 kWh van het net, 0,00 kWh naar het net.",
    ]);
    expect(said(() => story({ ...both, export_wh: null }) ?? "")).toEqual([
      "2.7 kWh from the grid.",
      "2,7 kWh van het net.",
    ]);
    expect(story({ import_wh: null, export_wh: null })).toBeUndefined();
  });
  it("tells the power where there are no sums", () => {
    expect(said(() => powerNow(1_580))).toEqual(["Using now: 1.58 kW.", "Je verbruikt nu: 1,58 kW."]);
    expect(said(() => powerNow(-340))).toEqual(["Feeding in now: 340 W.", "Je levert nu terug: 340 W."]);
    expect(said(() => powerNow(0))).toEqual(["Nothing in or out.", "Niets in of uit."]);
    const now = unix("2026-11-23T14:03:00+01:00");
    expect(said(() => powerBefore({ at: now - 300, net_w: 90, mean: false }, now))).toEqual([
      "You used: 90 W, at 13:58.",
      "Je verbruikte: 90 W, om 13:58.",
    ]);
  });
});

describe("what is shared", () => {
  const gas = (fineness: Fineness) => ({ kind: "gas-water-heat" as Kind, fineness });
  const electricity = (fineness: Fineness) => ({ kind: "electricity" as Kind, fineness });
  it("names each kind with how fine it is, the finest first", () => {
    expect(said(() => whatShared([gas("day"), electricity("day")]))).toEqual([
      "electricity, in and out, per day; gas, water and heat, per day",
      "stroom, heen en terug, per dag; gas, water en warmte, per dag",
    ]);
    expect(said(() => whatShared([electricity("day"), gas("quarter-hour")], true))).toEqual([
      "Gas, water and heat, per quarter hour; electricity, in and out, per day",
      "Gas, water en warmte, per kwartier; stroom, heen en terug, per dag",
    ]);
  });
});

describe("what data show", () => {
  const kinds: Kind[] = ["electricity", "gas-water-heat", "phases"];
  const also = /^(Also shows|Laat ook)/;
  const sentences = (text: string) => text.split(/(?<=\.) /);

  it.each(kinds)("begins with what the coarsest shows: %s", (kind) => {
    for (const [fineness, count] of [["day", 1] as const, ["quarter-hour", 2] as const, ["live", 3] as const]) {
      for (const text of said(() => revealed(kind, fineness))) {
        const [first, ...others] = sentences(text);
        expect(first).not.toMatch(also);
        expect(others).toHaveLength(count - 1);
        for (const other of others) expect(other).toMatch(also);
      }
    }
  });
  it("goes on where a coarser way ended", () => {
    const shown = (fineness: Fineness, coarser?: Fineness) => revealed("electricity", fineness, coarser);
    speak("en");
    expect(shown("quarter-hour", "day")).toBe("Also shows when you get up, leave, cook and sleep.");
    expect(shown("live", "day")).toBe(`${shown("quarter-hour", "day")} ${shown("live", "quarter-hour")}`);
    expect(shown("live")).toBe(`${shown("day")} ${shown("live", "day")}`);
  });
});
