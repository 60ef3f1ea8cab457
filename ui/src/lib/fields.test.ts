import { describe, expect, it } from "vitest";
import { Fields, lackOf } from "./fields.svelte";

describe("a field", () => {
  const asks = (value: string, required = true, minLength = -1) => lackOf({ value, required, minLength });
  it("lacks everything when it is empty and needed", () => {
    expect(asks("")).toEqual({ what: "empty" });
    expect(asks("", false)).toBeUndefined();
    expect(asks("", false, 8)).toBeUndefined();
    expect(asks("x")).toBeUndefined();
  });
  it("lacks characters, counted as people see them", () => {
    expect(asks("correct", true, 8)).toEqual({ what: "short", found: 7, least: 8 });
    expect(asks("corr🏠ct", true, 8)).toEqual({ what: "short", found: 7, least: 8 });
    expect(asks("correct!", true, 8)).toBeUndefined();
  });
});

describe("a form", () => {
  const field = (id: string, value: string) => ({
    id,
    value,
    required: true,
    minLength: -1,
    looked: 0,
    focus() {
      this.looked += 1;
    },
  });
  /** A form as it is sent, and what is typed into it afterwards. */
  function sent(elements: object[]) {
    let typed = () => {};
    const currentTarget = { elements, addEventListener: (_: string, then: () => void) => void (typed = then) };
    const event = { preventDefault() {}, currentTarget } as unknown as SubmitEvent;
    return { event, type: () => typed() };
  }

  it("says what its first field lacks, leads there, and is silent once one types", async () => {
    const [full, first, second] = [field("a", "x"), field("b", ""), field("c", "")];
    const { event, type } = sent([{ id: "button" }, full, first, second]);
    const fields = new Fields();
    expect(fields.complete(event)).toBe(false);
    await new Promise((done) => setTimeout(done));
    expect([full, first, second].map((one) => [fields.lack(one.id)?.what, one.looked])).toEqual([
      [undefined, 0],
      ["empty", 1],
      [undefined, 0],
    ]);
    type();
    expect(fields.lack("b")).toBeUndefined();
  });
  it("is sent when it lacks nothing", () => {
    const fields = new Fields();
    expect(fields.complete(sent([field("a", "x")]).event)).toBe(true);
    expect(fields.lack("a")).toBeUndefined();
  });
});
