import { describe, expect, it } from "vitest";
import { between, near, shift } from "./pages";

describe("pages of a long list", () => {
  const heights = [3_000, 2_900, 3_100, undefined];
  it("are there where they touch what is seen", () => {
    expect(near(heights, 4, -1_600, 2_400)).toEqual([0]);
    expect(near(heights, 4, 2_000, 6_000)).toEqual([0, 1, 2]);
    expect(near(heights, 4, 3_000, 5_000)).toEqual([0, 1]);
    expect(near(heights, 3, 20_000, 24_000)).toEqual([]);
  });
  it("are there to be measured when one comes to them", () => {
    expect(near([], 1, -1_600, 2_400)).toEqual([0]);
    expect(near(heights, 4, 6_000, 9_500)).toEqual([2, 3]);
    expect(near(heights, 4, 0, 4_000)).toEqual([0, 1]);
  });
  it("leave as much room as they had", () => {
    expect(between(heights, 0, 2)).toBe(5_900);
    expect(between(heights, 2, 4)).toBe(3_100);
    expect(between(heights, 1, 1)).toBe(0);
  });
  it("move what is seen by what a page above it grew, and by nothing else", () => {
    expect(shift(7_000, 9_100, -300)).toBe(2_100);
    expect(shift(7_000, 6_800, -300)).toBe(-200);
    expect(shift(7_000, 9_100, 40)).toBe(0);
    expect(shift(undefined, 7_000, -300)).toBe(0);
  });
});
