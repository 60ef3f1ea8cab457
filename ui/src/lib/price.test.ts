import { describe, expect, it } from "vitest";
import { readPrice, writePrice } from "./price";

describe("prices", () => {
  it("are read with a comma or a point", () => {
    expect(["0,2845", "0.28", " € 1 ", "12"].map(readPrice)).toEqual([2845, 2800, 10_000, 120_000]);
  });
  it("are nothing when they are no amount", () => {
    for (const text of ["", "-1", "1e3", "0,28,1", "abc", "0.12345", "1000"]) expect(readPrice(text)).toBeUndefined();
  });
  it("come back as they were", () => {
    for (const price of [0, 5, 2845, 12_500]) {
      for (const tag of ["nl-NL", "en-GB"]) expect(readPrice(writePrice(price, tag))).toBe(price);
    }
    expect(writePrice(null, "nl-NL")).toBe("");
  });
});
