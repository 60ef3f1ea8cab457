import { describe, expect, it } from "vitest";
import type { PiNo, PriceFileWrong, PriceRowWrong, Problem } from "../bindings";
import { foreign } from "../lib/foreign";
import { en } from "./en";
import { nl } from "./nl";

const said = "EPERM: operation not permitted";
const withReason = [
  "directory",
  "settings-damaged",
  "keychain-away",
  "not-recognised",
  "node-away",
  "node-refuses",
  "node-address",
  "bluetooth-unusable",
  "bluetooth-broke",
  "scan-broke",
  "tag-unreadable",
  "export",
  "prices-damaged",
  "journal-broken",
  "fault",
] as const;

describe("what a part of the system said", () => {
  const problems: Problem[] = [
    ...withReason.map((code) => ({ code, why: said })),
    { code: "pi-refuses", no: "failed" as PiNo, detail: said },
  ];
  it.each(problems)("stands apart from the sentence: $code", (problem) => {
    expect(foreign(problem)).toBe(said);
    for (const { problem: say } of [en, nl]) {
      expect(say(problem)).not.toContain(said);
      expect(say(problem)).toMatch(/\.$/);
    }
  });
  it("is nothing where nothing was said", () => {
    expect(foreign({ code: "pi-refuses", no: "password", detail: null })).toBeUndefined();
    expect(foreign({ code: "fault", why: "" })).toBeUndefined();
    expect(foreign({ code: "locked" })).toBeUndefined();
  });
});

describe("what is wrong with a file of prices", () => {
  const columns = "time, a, b";
  const files: Record<PriceFileWrong, boolean> = {
    "too-large": false,
    empty: false,
    "no-header": false,
    "no-times": true,
    "unclear-times": true,
    "no-prices": true,
    "several-prices": true,
    currency: true,
    unit: false,
    step: false,
    "far-away": false,
  };
  it.each(Object.entries(files))("is said, with what was found: %s", (wrong, named) => {
    for (const { problem } of [en, nl]) {
      const said = problem({ code: "price-file", wrong: wrong as PriceFileWrong, found: columns });
      expect(said).toMatch(/\.$/);
      expect(said.includes(columns)).toBe(named);
    }
  });
  const rows: PriceRowWrong[] = ["columns", "time", "skipped", "no-quarter", "twice", "price", "far-off"];
  it.each(rows)("names the row: %s", (wrong) => {
    for (const { problem } of [en, nl]) {
      const said = problem({ code: "price-row", row: 17, wrong, found: "cheap" });
      expect(said).toContain("17, “cheap”");
      expect(said).toMatch(/\.$/);
    }
  });
});
