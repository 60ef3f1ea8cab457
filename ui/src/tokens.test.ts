import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");

const service = readFileSync(new URL("../../provider-service/page/tokens.css", import.meta.url), "utf8");

/** The colours of one theme, as [lightness, chroma, hue]. */
function colours(selector: string, sheet = css): Map<string, number[]> {
  const block = sheet.slice(sheet.indexOf(`${selector} {`)).split("}")[0] ?? "";
  const found = block.matchAll(/--([a-z-]+): oklch\(([\d.]+) ([\d.]+)(?: ([\d.]+))?\)/g);
  return new Map([...found].map(([, name = "", l, c, h]) => [name, [l, c, h ?? 0].map(Number)]));
}

/** Relative luminance (WCAG 2.2) of an oklch colour, by way of linear sRGB. */
function luminance([l = 0, c = 0, h = 0]: number[]): number {
  const [a, b] = [c * Math.cos((h * Math.PI) / 180), c * Math.sin((h * Math.PI) / 180)];
  const [x, y, z] = [
    [0.3963377774, 0.2158037573],
    [-0.1055613458, -0.0638541728],
    [-0.0894841775, -1.291485548],
  ].map(([p = 0, q = 0]) => (l + p * a + q * b) ** 3) as [number, number, number];
  const red = 4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z;
  const green = -1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z;
  const blue = -0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z;
  const inside = (value: number) => Math.min(1, Math.max(0, value));
  return 0.2126 * inside(red) + 0.7152 * inside(green) + 0.0722 * inside(blue);
}

function contrast(one: number[] = [], other: number[] = []): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

describe.each([":root", '[data-theme="dark"]'])("the colours of %s", (theme) => {
  const all = colours(theme);
  const grounds = ["bg", "surface", "sunken"];
  it.each(["text", "muted", "use", "sun-text", "gas", "danger", "success"])(
    "lets %s be read on every ground",
    (word) => {
      expect(all.has(word)).toBe(true);
      const own = all.has(`${word.replace("-text", "")}-soft`) ? [`${word.replace("-text", "")}-soft`] : [];
      for (const ground of [...grounds, ...own])
        expect(contrast(all.get(word), all.get(ground)), ground).toBeGreaterThanOrEqual(4.5);
    },
  );
  it("lets text and muted be read on every soft ground", () => {
    for (const ground of [...all.keys()].filter((name) => name.endsWith("-soft")))
      for (const word of ["text", "muted"])
        expect(contrast(all.get(word), all.get(ground)), `${word} on ${ground}`).toBeGreaterThanOrEqual(4.5);
  });
  it.each(["control", "sun-edge"])("lets the edge %s be seen", (edge) => {
    for (const ground of grounds) expect(contrast(all.get(edge), all.get(ground)), ground).toBeGreaterThanOrEqual(3);
  });
  it("lets words on buttons be read", () => {
    expect(contrast(all.get("on-use"), all.get("use"))).toBeGreaterThanOrEqual(4.5);
  });
});

describe("text", () => {
  it.each(["tokens", "parts", "screens"])("has the size that its reader chose, in %s.css", (name) => {
    const sheet = readFileSync(new URL(`./${name}.css`, import.meta.url), "utf8");
    // What a chart's words are measured in grows with the chart.
    const fixed = [...sheet.matchAll(/(?:font|font-size|--t-\w+):[^;]*\dpx[^;]*;/g)].map(([rule]) => rule);
    expect(fixed.filter((rule) => !rule.includes("12px/1"))).toEqual([]);
  });
});

describe("the colours of the service's page", () => {
  it.each([
    [":root", ":root"],
    ['[data-theme="dark"]', "@media (prefers-color-scheme: dark) {\n  :root"],
  ])("are those of %s", (ours, theirs) => {
    const own = colours(ours);
    const page = colours(theirs, service);
    expect(own.size).toBeGreaterThan(15);
    for (const [name, colour] of own) expect(page.get(name), name).toEqual(colour);
  });
});
