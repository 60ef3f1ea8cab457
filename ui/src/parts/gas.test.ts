import { render } from "svelte/server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Span } from "../bindings";
import { plain, volume } from "../words/index.svelte";
import GasBars from "./GasBars.svelte";

// A chart asks the page how large its text is.
beforeEach(() => {
  vi.stubGlobal("document", { documentElement: {} });
  vi.stubGlobal("getComputedStyle", () => ({ fontSize: "16px" }));
});
afterEach(() => vi.unstubAllGlobals());

const day = (from: number, gas_l: number, whole = true): Span => ({
  from,
  to: from + 86_400,
  import_wh: null,
  import_low_wh: null,
  export_wh: null,
  gas_l,
  water_l: null,
  heat_kj: null,
  whole,
  replaced: false,
});

function drawn(spans: Span[], under?: number): string {
  const props = {
    name: "Gas",
    spans,
    from: 0,
    to: 604_800,
    of: (span: Span) => span.gas_l,
    say: (value: number) => plain(volume(value)),
    when: String,
    total: spans.reduce((sum, span) => sum + (span.gas_l ?? 0), 0),
    unit: "m³" as const,
    under,
  };
  return render(GasBars, { props }).body;
}
const count = (body: string, part: string) => body.split(part).length - 1;

describe("gas", () => {
  it("has one line of a scale under another chart, and none where no gas flowed", () => {
    expect(count(drawn([day(0, 1_500)], 44), 'class="grid"')).toBe(1);
    expect(drawn([day(0, 0)], 44)).not.toContain('class="grid"');
  });
  it("says the total instead of some of its bars, and can be read with the keys", () => {
    const body = drawn([day(0, 1_500), day(86_400, 500)], 44);
    expect(body).toContain("In totaal 2,00 m³.</desc>");
    expect(body).toContain('tabindex="0"');
  });
  it("dashes a day that is not over", () => {
    expect(count(drawn([day(0, 1_500), day(86_400, 500, false)]), "partly")).toBe(1);
  });
});
