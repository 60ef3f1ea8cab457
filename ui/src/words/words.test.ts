import { describe, expect, it } from "vitest";
import type { PiNo, Problem } from "../bindings";
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
