import { describe, expect, it } from "vitest";
import { amounts, between, flowing, gaps, gridLines, gridStep, kilowattHours, runs, strikes, watts } from "./scale";

const span = {
  from: 900,
  to: 1800,
  import_wh: 250,
  import_low_wh: null,
  export_wh: 0,
  gas_l: null,
  water_l: null,
  heat_kj: null,
  whole: true,
  replaced: false,
};

describe("pieces of a chart", () => {
  it("makes mean watts of a quarter hour and kilowatt hours of a day", () => {
    expect(watts([span])).toEqual([{ from: 900, to: 1800, up: 1000, down: 0, whole: true }]);
    expect(kilowattHours([{ ...span, export_wh: 1500 }])[0]).toMatchObject({ up: 0.25, down: 1.5 });
  });
  it("leaves out what was not measured, and keeps what was measured as zero", () => {
    const spans = [
      { ...span, import_wh: null, export_wh: null, gas_l: 0 },
      { ...span, import_wh: null },
    ];
    expect([watts(spans).length, kilowattHours(spans).length]).toEqual([1, 1]);
    expect(amounts([...spans, { ...span, gas_l: 7, whole: false }], (span) => span.gas_l)).toEqual([
      { from: 900, to: 1800, up: 0, down: 0, whole: true },
      { from: 900, to: 1800, up: 7, down: 0, whole: false },
    ]);
  });
  it("draws gas, or else water, or else heat, and nothing where nothing flows", () => {
    const gas = { ...span, gas_l: 10, water_l: 500 };
    expect(flowing([gas, { ...span, water_l: 5 }])).toEqual([{ from: 900, to: 1800, up: 40, down: 0, whole: true }]);
    expect(flowing([{ ...span, heat_kj: 1 }])[0]?.up).toBe(4);
    expect(flowing([span])).toEqual([]);
  });
  it("remembers where a meter was replaced", () => {
    expect(watts([span, { ...span, replaced: true }]).map((piece) => piece.replaced)).toEqual([undefined, true]);
    expect(kilowattHours([{ ...span, replaced: true }])[0]).toMatchObject({ replaced: true });
  });
  it("names the stretches that were not measured, from the beginning on", () => {
    const pieces = [60, 90, 150].map((from) => ({ from, to: from + 30, up: 1, down: 0, whole: true }));
    expect(gaps(pieces, 0)).toEqual([
      { from: 0, to: 60 },
      { from: 120, to: 150 },
    ]);
    expect(gaps(pieces, 60)).toHaveLength(1);
    expect(gaps([], 0)).toEqual([]);
  });
  it("leaves a hole where nothing was measured", () => {
    const pieces = between([
      { at: 0, net_w: 100 },
      { at: 10, net_w: -100 },
      { at: 600, net_w: 5 },
    ]);
    expect(pieces.map((piece) => [piece.from, piece.to, piece.up, piece.down])).toEqual([
      [0, 10, 100, 0],
      [10, 130, 0, 100],
      [600, 610, 5, 0],
    ]);
    expect(runs(pieces).map((run) => run.length)).toEqual([2, 1]);
    const until = between(
      [
        { at: 0, net_w: 100 },
        { at: 10, net_w: 5 },
        { at: 12, net_w: 7 },
      ],
      12,
    );
    expect(until.map((piece) => [piece.from, piece.to])).toEqual([
      [0, 10],
      [10, 12],
    ]);
  });
  it("draws two to four lines, above and below zero together", () => {
    for (let up = 0.2; up < 20_000; up *= 1.07)
      for (const part of [0, 0.02, 0.3, 0.8, 1]) {
        const down = up * part;
        const lines = gridLines(up, down, gridStep(up, down));
        expect([up, down, lines.length >= 2 && lines.length <= 4]).toEqual([up, down, true]);
        expect(lines.every((value) => value !== 0)).toBe(true);
      }
    expect(gridLines(15_971, 450, gridStep(15_971, 450))).toEqual([15_000, 10_000, 5_000]);
  });
  it("counts in nothing smaller than a cent", () => {
    expect(gridStep(0.022, 0, 0.01)).toBe(0.01);
    expect(gridStep(0.004, 0, 0.01)).toBe(0.01);
  });
});

describe("days of another length", () => {
  it("counts 23 hours when summer time begins and 25 when it ends", () => {
    const spring = [Date.parse("2026-03-29T00:00:00+01:00"), Date.parse("2026-03-30T00:00:00+02:00")].map(
      (at) => at / 1000,
    );
    const autumn = [Date.parse("2026-10-25T00:00:00+02:00"), Date.parse("2026-10-26T00:00:00+01:00")].map(
      (at) => at / 1000,
    );
    expect(strikes(spring[0] ?? 0, spring[1] ?? 0, 24)).toEqual(spring);
    expect(strikes(autumn[0] ?? 0, autumn[1] ?? 0, 24)).toEqual(autumn);
  });
});
