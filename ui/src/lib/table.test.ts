import { describe, expect, it } from "vitest";
import { rowsOf } from "./table";

describe("a table of several charts", () => {
  it("has a row for each time, and a hole where a line knows nothing", () => {
    const one = [
      { at: 20, says: "b" },
      { at: 10, says: "a" },
    ];
    expect(rowsOf([one, [{ at: 20, says: "c" }]])).toEqual([
      { at: 10, values: ["a", ""] },
      { at: 20, values: ["b", "c"] },
    ]);
    expect(rowsOf([])).toEqual([]);
  });
});
