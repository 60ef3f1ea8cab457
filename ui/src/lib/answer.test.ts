import { describe, expect, it } from "vitest";
import type { Fineness, Kind, LaneRow, OfferedEnd, Preview, RequestScreen } from "../bindings";
import { answerOf, begin, choose, chosen, forget, keep, least, previewOf, seen } from "./answer";

const row = (kind: Kind, fineness: Fineness, coarser: Fineness[], needed = false): LaneRow => ({
  asked: { kind, fineness },
  needed,
  why: "",
  coarser: coarser.map((one) => ({ fineness: one, loses: "" })),
});
const electricity = row("electricity", "quarter-hour", ["day"], true);
const phases = row("phases", "live", ["quarter-hour"]);

const preview = (kind: Kind, fineness: Fineness): Preview => ({
  kind,
  fineness,
  example: null,
  from: 0,
  to: 86_400,
  spans: [],
  points: [],
  phases: [],
});

const ends = (...days: number[]): OfferedEnd[] => days.map((one) => ({ until: one, days: one }));

function screen(change: Partial<RequestScreen> = {}): RequestScreen {
  const previews = [
    preview("electricity", "quarter-hour"),
    preview("electricity", "day"),
    preview("phases", "live"),
    preview("phases", "quarter-hour"),
  ];
  return {
    consent: "c1",
    lanes: [electricity, phases],
    ends: ends(30, 91, 365),
    until: 365,
    history: { days: 90, why: "" },
    meters: [
      ["one", "Lindelaan 14"],
      ["two", "Holiday home"],
    ],
    previews: [
      { meter: "one", previews },
      { meter: "two", previews: previews.map((one) => ({ ...one, example: "not-measured" as const })) },
    ],
    least: { lanes: [{ kind: "electricity", fineness: "day" }], until: 30, history_days: null },
    ...change,
  } as RequestScreen;
}

describe("the preview", () => {
  it("is of every chosen kind, each at its own fineness", () => {
    const it = screen();
    const draft = begin(it);
    const names = (lanes = draft.lanes) => seen({ ...draft, lanes }, it).map((one) => [one.kind, one.fineness]);
    expect(names()).toEqual([["electricity", "day"]]);
    const more = choose(draft.lanes, phases, "live");
    expect(names(more)).toEqual([
      ["electricity", "day"],
      ["phases", "live"],
    ]);
    expect(names(choose(more, electricity, "quarter-hour"))).toEqual([
      ["electricity", "quarter-hour"],
      ["phases", "live"],
    ]);
    expect(names(choose(more, phases, undefined))).toEqual([["electricity", "day"]]);
    expect(names([])).toEqual([]);
  });
  it("is of the meter that is chosen", () => {
    const it = screen();
    const draft = begin(it);
    expect(draft.meter).toBe("one");
    expect(seen(draft, it)[0]?.example).toBeNull();
    expect(seen({ ...draft, meter: "two" }, it)[0]?.example).toBe("not-measured");
  });
  it("is there for every way that can be chosen, and for no other", () => {
    const it = screen();
    expect(previewOf(begin(it), it, phases, "quarter-hour")?.fineness).toBe("quarter-hour");
    expect(previewOf(begin(it), it, phases, "day")).toBeUndefined();
  });
  it("is there before there is a meter", () => {
    const it = screen({ meters: [], previews: [{ meter: "", previews: [preview("electricity", "day")] }] });
    expect(seen(begin(it), it)).toHaveLength(1);
  });
});

describe("an answer", () => {
  it("begins with the least, and an optional thing with its coarsest way", () => {
    const it = screen();
    expect(answerOf(begin(it), it)).toEqual({ lanes: it.least.lanes, until: 30, history_days: null });
    expect(least(phases)).toBe("quarter-hour");
    expect(chosen(it.least.lanes, phases)).toBeUndefined();
  });
  it("tells two rows of one kind apart", () => {
    const [fine, coarse] = [row("electricity", "live", ["quarter-hour"]), row("electricity", "day", [])];
    const both = choose(choose([], fine, "live"), coarse, "day");
    expect([chosen(both, fine), chosen(both, coarse)]).toEqual(["live", "day"]);
    expect(choose(both, fine, undefined)).toEqual([{ kind: "electricity", fineness: "day" }]);
    expect(chosen(choose(both, fine, "quarter-hour"), coarse)).toBe("day");
  });
  it("keeps how long, although the ends move with the clock", () => {
    const it = screen();
    const draft = { ...begin(it), end: 1, past: true };
    expect(answerOf(draft, { ...it, ends: ends(31, 92, 365) })).toMatchObject({ until: 92, history_days: 90 });
    expect(answerOf({ ...draft, end: 2 }, { ...it, ends: ends(40), until: 41 }).until).toBe(40);
  });
  it("asks for no past that is not asked for", () => {
    const it = screen({ history: null });
    expect(answerOf({ ...begin(it), past: true }, it).history_days).toBeNull();
  });
  it("outlives the lock, and is forgotten once it was given", () => {
    const it = screen();
    const draft = { ...begin(it), end: 2, meter: "two" };
    keep("c1", draft);
    expect(begin(it)).toEqual(draft);
    expect(begin(screen({ consent: "c2" })).end).toBe(0);
    expect(begin(screen({ meters: [["one", "Lindelaan 14"]] })).meter).toBe("one");
    forget("c1");
    expect(begin(it).end).toBe(0);
  });
});
