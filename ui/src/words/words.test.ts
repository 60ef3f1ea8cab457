import { describe, expect, it } from "vitest";
import type { ChoiceWrong, LinkWrong, PiNo, PriceFileWrong, PriceRowWrong, Problem, RequestWrong } from "../bindings";
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

describe("a link, a request and a choice", () => {
  const lane = { kind: "electricity", fineness: "live" } as const;
  const at = new Date("2026-12-23T00:00:00+01:00").getTime() / 1000;
  const links: LinkWrong[] = ["no-request", "too-long", "incomplete", "damaged"];
  const requests: RequestWrong[] = [
    { code: "other-network", theirs: "elsewhere", ours: "home" },
    { code: "expired", at },
    { code: "from-the-future" },
    { code: "altered" },
    { code: "not-genuine" },
    { code: "malformed" },
  ];
  const choices: ChoiceWrong[] = [
    { code: "too-late" },
    { code: "not-asked", lane },
    { code: "two-ways", one: lane, other: { ...lane, fineness: "day" } },
    { code: "needed", lane },
    { code: "nothing" },
    { code: "too-long", asked: at },
    { code: "ends-before-it-begins" },
    { code: "too-much-past", asked: 0 },
    { code: "too-much-past", asked: 7 },
  ];
  const problems: Problem[] = [
    ...links.map((wrong) => ({ code: "link" as const, wrong })),
    ...requests.map((wrong) => ({ code: "request" as const, wrong })),
    ...choices.map((wrong) => ({ code: "choice" as const, wrong })),
  ];
  it.each(problems)("is a sentence in each language: $wrong", (problem) => {
    const [english, dutch] = [en.problem(problem), nl.problem(problem)];
    expect(english).toMatch(/\.$/);
    expect(dutch).toMatch(/\.$/);
    expect(dutch).not.toBe(english);
    for (const said of [english, dutch]) expect(said).not.toMatch(/undefined|object|NaN/);
  });
  it("says what was found", () => {
    const say = (problem: Problem) => [en.problem(problem), nl.problem(problem)].join(" ");
    expect(say({ code: "request", wrong: { code: "expired", at } })).toContain("23 December 2026, 00:00");
    const longer = say({ code: "choice", wrong: { code: "too-long", asked: at } });
    expect(longer).toContain("up to and including 22 December 2026");
    expect(longer).toContain("tot en met 22 december 2026");
    expect(say({ code: "choice", wrong: { code: "needed", lane } })).toContain("“Stroom, heen en terug, elke meting”");
  });
});
