import { render } from "svelte/server";
import { describe, expect, it } from "vitest";
import type { PriceList, PriceReach } from "../bindings";
import { w } from "../words/index.svelte";
import Prices from "./Prices.svelte";

function form(prices: PriceList | null, reach: PriceReach | null): string {
  return render(Prices, { props: { prices, reach, changed: async () => {}, close: () => {} } }).body;
}

describe("prices", () => {
  it("can be forgotten as soon as there are any, saved or from a file", () => {
    const forget = w().meter.costs.forget;
    expect(form(null, null)).not.toContain(forget);
    expect(form({ kind: "fixed", import: 2_800, export: null, gas: null }, null)).toContain(forget);
    expect(form(null, { from: 1_781_863_200, to: 1_781_866_800 })).toContain(forget);
  });
});
