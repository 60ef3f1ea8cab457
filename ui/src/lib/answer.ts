// What a person chooses on the screen of a request, kept while My Home is locked: nobody has to choose twice.
import type { Answer, Fineness, LaneName, LaneRow, Preview, RequestScreen } from "../bindings";

export type Draft = {
  lanes: LaneName[];
  /** Which of the ends on offer. They move with the clock; the choice does not. */
  end: number;
  /** The past too. */
  past: boolean;
  meter: string;
};

const drafts = new Map<string, Draft>();

/** What was chosen here before, or as little as the service can use. */
export function begin(screen: RequestScreen): Draft {
  const before = drafts.get(screen.consent);
  const meters = screen.meters.map(([meter]) => meter);
  const meter = before && meters.includes(before.meter) ? before.meter : (meters[0] ?? "");
  return { ...(before ?? { lanes: screen.least.lanes, end: 0, past: false }), meter };
}

export function keep(consent: string, draft: Draft): void {
  drafts.set(consent, draft);
}

export function forget(consent: string): void {
  drafts.delete(consent);
}

/** What was asked for, and the coarser ways that also do. */
export function ways(row: LaneRow): Fineness[] {
  return [row.asked.fineness, ...row.coarser.map((coarser) => coarser.fineness)];
}

/** The coarsest way to share something. */
export function least(row: LaneRow): Fineness {
  return ways(row).at(-1) ?? row.asked.fineness;
}

/** Whether a lane answers this row: a request may ask for one kind twice, as finely as in two rows. */
function answers(lane: LaneName, row: LaneRow): boolean {
  return lane.kind === row.asked.kind && ways(row).includes(lane.fineness);
}

export function chosen(lanes: LaneName[], row: LaneRow): Fineness | undefined {
  return lanes.find((lane) => answers(lane, row))?.fineness;
}

/** The lanes with this one as finely as this, or without it. */
export function choose(lanes: LaneName[], row: LaneRow, fineness: Fineness | undefined): LaneName[] {
  const others = lanes.filter((lane) => !answers(lane, row));
  return fineness ? [...others, { kind: row.asked.kind, fineness }] : others;
}

/** Until when; the last end on offer is what was asked for. */
export function until(draft: Draft, screen: RequestScreen): number {
  return screen.ends[draft.end]?.until ?? screen.ends.at(-1)?.until ?? screen.until;
}

export function answerOf(draft: Draft, screen: RequestScreen): Answer {
  const past = draft.past ? (screen.history?.days ?? null) : null;
  return { lanes: draft.lanes, until: until(draft, screen), history_days: past };
}

/** What the chosen meter would have shown of each chosen kind, as finely as it is chosen, in the order of the request. */
export function seen(draft: Draft, screen: RequestScreen): Preview[] {
  return screen.lanes.flatMap((row) => {
    const fineness = chosen(draft.lanes, row);
    const preview = fineness && previewOf(draft, screen, row, fineness);
    return preview ? [preview] : [];
  });
}

export function previewOf(draft: Draft, screen: RequestScreen, row: LaneRow, how: Fineness): Preview | undefined {
  const meter = screen.previews.find((one) => one.meter === draft.meter);
  return meter?.previews.find((one) => one.kind === row.asked.kind && one.fineness === how);
}
