import { render } from "svelte/server";
import { beforeAll, describe, expect, it } from "vitest";
import type { ActivityLine, MeterCard as Card, SyncState } from "../bindings";
import { speak } from "../words/index.svelte";
import Lines from "./Lines.svelte";
import MeterCard from "./MeterCard.svelte";
import Offline from "./Offline.svelte";
import SyncLine from "./SyncLine.svelte";

// 19 June 2026, 19:09 in Amsterdam.
const then = 1_781_888_940;
const none = { import_wh: null, import_low_wh: null, export_wh: null, gas_l: null, water_l: null, heat_kj: null };
const silent: Card = {
  id: "m",
  name: "Lindelaan 14",
  last_seen: then,
  away: false,
  missing_since: null,
  live: null,
  last: { at: then, net_w: -340, mean: false },
  today: { from: then, to: then + 86_400, spans: [], points: [], totals: none },
  watchers: [],
};
const said = (html: string) => html.replace(/<!--.*?-->|<[^>]*>/g, " ").replace(/\s+/g, " ");

beforeAll(() => {
  Object.assign(globalThis, { document: { documentElement: { lang: "" } } });
  speak("en");
});

describe("what is known of a meter that says nothing now", () => {
  const card = (meter: Card, now: number) => said(render(MeterCard, { props: { meter, now } }).body);
  it("stays with its time", () => {
    expect(card(silent, then + 3_600)).toContain("You fed in 340 W at 19:09");
    expect(card({ ...silent, away: true }, then + 86_400)).toContain("You fed in 340 W yesterday, 19:09");
    expect(card({ ...silent, last: { at: then, net_w: 90, mean: true } }, then)).toContain(
      "You used 90 W at 19:09, mean of a quarter hour",
    );
  });
  it("is waited for only where nothing was ever heard of it", () => {
    const waiting = "The first reading is on its way";
    expect(card(silent, then)).not.toContain(waiting);
    expect(card({ ...silent, last: null }, then)).toContain(waiting);
    expect(card({ ...silent, last: null, last_seen: null, away: true }, then)).not.toContain(waiting);
  });
});

describe("a node that does not answer", () => {
  const yesterday = Math.floor(Date.now() / 1000) - 86_400;
  const sync: SyncState = { at: yesterday, heard: false, problem: { code: "node-away", why: "" } };
  it("is said to be silent since yesterday", () => {
    for (const part of [Offline, SyncLine])
      expect(said(render(part, { props: { sync } }).body)).toContain("Not connected since yesterday, ");
  });
  it("is up to date only once it has answered", () => {
    const line = (sync: SyncState) => said(render(SyncLine, { props: { sync } }).body);
    expect(line({ ...sync, problem: null })).toContain("Connecting…");
    expect(line({ ...sync, problem: null, heard: true })).toContain("Up to date");
  });
});

describe("a line of activity", () => {
  const line: ActivityLine = {
    number: 1,
    at: then,
    headline: "You stopped Wattt Insights",
    detail: null,
    sign: "stop",
    consent: "c1",
  };
  const shown = (consents: { consent: string; service: string }[]) =>
    render(Lines, { props: { lines: [line], consents } }).body;
  it("leads from the service to its card, where there is one", () => {
    expect(shown([{ consent: "c1", service: "Wattt Insights" }])).toContain(
      'You stopped <a href="#/consent/c1">Wattt Insights</a>',
    );
    expect(shown([])).not.toContain("<a");
  });
});
