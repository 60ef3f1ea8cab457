import { describe, expect, it } from "vitest";
import { grey } from "./picture";

describe("a picture's points", () => {
  it("are as bright as an eye sees them", () => {
    const colours = [
      [0, 0, 0],
      [255, 255, 255],
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
    ];
    const points = new Uint8ClampedArray(colours.flatMap((colour) => [...colour, 255]));
    expect(grey(points)).toEqual([0, 255, 76, 150, 29]);
  });
});
