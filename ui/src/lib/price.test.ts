import { describe, expect, it } from "vitest";
import { readPercent, readPrice, writePercent, writePrice } from "./price";

describe("prices", () => {
  it("are read with a comma or a point", () => {
    expect(["0,2845", "0.28", " € 1 ", "12"].map((text) => readPrice(text))).toEqual([2845, 2800, 10_000, 120_000]);
  });
  it("are nothing when they are no amount", () => {
    for (const text of ["", "-1", "1e3", "0,28,1", "abc", "0.12345", "1000"]) expect(readPrice(text)).toBeUndefined();
  });
  it("are below zero only where they may be", () => {
    expect(["-0,01", "−1", "-€ 0.5", "-0"].map((text) => readPrice(text, true))).toEqual([-100, -10_000, -5_000, 0]);
    expect(["--1", "-", "1-"].map((text) => readPrice(text, true))).toEqual([undefined, undefined, undefined]);
  });
  it("come back as they were", () => {
    for (const price of [0, 5, 2845, 12_500, -150]) {
      for (const tag of ["nl-NL", "en-GB"]) expect(readPrice(writePrice(price, tag), true)).toBe(price);
    }
    expect(writePrice(null, "nl-NL")).toBe("");
  });
});

describe("percentages", () => {
  it("are read in tenths, up to all of it", () => {
    expect(["21", "9,5", "0.1 %", "100"].map(readPercent)).toEqual([210, 95, 1, 1_000]);
    for (const text of ["", "-1", "100.1", "9,55", "x"]) expect(readPercent(text)).toBeUndefined();
  });
  it("come back as they were", () => {
    for (const tenths of [0, 95, 210]) {
      for (const tag of ["nl-NL", "en-GB"]) expect(readPercent(writePercent(tenths, tag))).toBe(tenths);
    }
  });
});
