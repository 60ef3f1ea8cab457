import { describe, expect, it } from "vitest";
import { Lasting } from "./lasting";

describe("what is said about a link", () => {
  const problem = { code: "request-used" };
  it("stays where it was said, and goes when one goes on", () => {
    const lasting = new Lasting();
    expect(lasting.stays(problem, "home")).toBe(true);
    expect(lasting.stays(problem, "home")).toBe(true);
    expect(lasting.stays(problem, "sharing")).toBe(false);
  });
  it("goes along to Home once, where it is said", () => {
    const lasting = new Lasting();
    expect(lasting.stays(problem, "settings")).toBe(true);
    expect(lasting.stays(problem, "home")).toBe(true);
    expect(lasting.stays(problem, "settings")).toBe(false);
  });
  it("does not follow one through a request", () => {
    const lasting = new Lasting();
    expect(lasting.stays(problem, "request1f")).toBe(true);
    expect(lasting.stays(problem, "sharing")).toBe(false);
  });
  it("begins anew with each problem", () => {
    const lasting = new Lasting();
    lasting.stays(problem, "home");
    expect(lasting.stays({ code: "request-missing" }, "sharing")).toBe(true);
  });
});
