import { render } from "svelte/server";
import { beforeAll, describe, expect, it } from "vitest";
import type { ConsentDetails } from "../bindings";
import { speak } from "../words/index.svelte";
import PhasePeaks from "./PhasePeaks.svelte";
import Receipt from "./Receipt.svelte";

// Midnight of 19 June 2026 in Amsterdam.
const midnight = 1_781_820_000;
const day = 86_400;
const said = (html: string) => html.replace(/<!--.*?-->|<[^>]*>/g, " ").replace(/\s+/g, " ");

beforeAll(() => {
  const document = { documentElement: { lang: "" } };
  Object.assign(globalThis, { document, getComputedStyle: () => ({ fontSize: "16px" }) });
  speak("en");
});

describe("a receipt", () => {
  const details: ConsentDetails = {
    card: {
      id: "c1",
      service: "Wattt Insights",
      purpose: "show your peaks",
      standing: "sharing",
      lanes: [],
      since: midnight,
      until: midnight,
      ended_at: null,
      history_days: null,
      last_sent: null,
      heard_at: null,
      meter: "Lindelaan 14",
      forked: false,
      missing_since: null,
      pause_holds: false,
      waits: null,
      stop: null,
      erasure_asked_at: null,
      erased: null,
    },
    site: "wattt.example",
    site_checked: true,
    contact: "help@wattt.example",
    privacy_notice: "https://wattt.example/privacy",
    handling: {
      retention: "They keep your data until 30 days after the end.",
      recipients: [["Cloud Ltd", "stores it"]],
      transfers: ["US"],
      automated_decisions: null,
    },
    authority: ["Authority", "https://authority.example"],
    receipt: {
      number: "1a2b3c4d",
      lanes: [
        { kind: "electricity", fineness: "quarter-hour" },
        { kind: "gas-water-heat", fineness: "day" },
      ],
      from: midnight,
      until: midnight + 30 * day,
      history_days: 7,
      kept_until: midnight + 60 * day,
      given_at: midnight + 12 * 3_600,
      language: "nl",
    },
    log: [],
  };

  it("is said line by line, and by nothing that only a program reads", () => {
    const text = said(render(Receipt, { props: { details } }).body);
    for (const line of [
      "Who Wattt Insights, wattt.example help@wattt.example",
      "What for To show your peaks.",
      "Electricity, in and out, per quarter hour Gas, water and heat, per day",
      "From 19 June 2026 The 7 days before it too",
      "How long Up to and including 18 July 2026",
      "until 30 days after the end. That is up to and including 17 August 2026 at most.",
      "Who else gets it Cloud Ltd: Stores it. It also goes to: United States.",
      "You said yes 19 June 2026, 12:00 You read the request in Dutch.",
      "Number of the receipt 1a2b3c4d",
    ])
      expect(text).toContain(line);
    expect(text).not.toMatch(/@context|urn:|dpv/);
  });
});

describe("phases over a time", () => {
  it("have their highest current as a graph each, and together as a table", () => {
    const peak = (hour: number, centiamperes: number) => {
      const from = midnight + hour * 3_600;
      return { from, to: from + 900, centiamperes };
    };
    const lines = [
      { phase: 1, points: [], peaks: [peak(7, 300), peak(18, 1_250)] },
      { phase: 3, points: [], peaks: [peak(18, 900)] },
    ];
    const when = (at: number) => `${(at - midnight) / 3_600} h`;
    const rest = { from: midnight, to: midnight + day, now: midnight, bars: false, ticks: undefined, when };
    const show = (table: boolean) => said(render(PhasePeaks, { props: { lines, ...rest, table } }).body);
    expect(show(false)).toContain("Phase 1 12.50 A at most");
    expect(show(false)).toContain("Phase 3 9 A at most");
    expect(show(true)).toContain("7 h 3 A 18 h 12.50 A 9 A");
  });
});
