import { describe, expect, it } from "vitest";
import { fresh, shift, turn } from "./pages";

describe("pages of a long list", () => {
  it("keep their height when they go out of sight, and come back", () => {
    const gone = turn(fresh, false, 6_912.5);
    expect(gone).toEqual({ near: false, height: 6_912.5 });
    expect(turn(gone, false, 6_912.5)).toBe(gone);
    expect(turn(gone, true, 6_912.5)).toEqual({ near: true, height: 6_912.5 });
  });
  it("are never emptied before they were measured", () => {
    expect(turn(fresh, false, 0)).toBe(fresh);
    expect(turn(fresh, true, 0)).toBe(fresh);
  });
  it("move what is seen by what a page above it grew, and by nothing else", () => {
    const back = turn(turn(fresh, false, 7_000), true, 7_000);
    expect(shift(back, 9_100, -300)).toBe(2_100);
    expect(shift(back, 6_800, -300)).toBe(-200);
    expect(shift(back, 9_100, 40)).toBe(0);
    expect(shift(fresh, 7_000, -300)).toBe(0);
  });
});
