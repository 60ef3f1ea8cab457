// From values to places on a chart, and to the words for them.
import type { Point, Span } from "../bindings";

/** A stretch of a chart: up is from the grid, down is to it, both in the unit of the chart and never below zero. */
export type Piece = {
  from: number;
  to: number;
  up: number;
  down: number;
  whole: boolean;
  /** A meter was replaced in it. */
  replaced?: boolean;
};

/** Mean watts of each span of which anything is known. */
export function watts(spans: Span[]): Piece[] {
  return spans.filter(electric).map((span) => {
    const hours = (span.to - span.from) / 3600;
    return {
      from: span.from,
      to: span.to,
      up: (span.import_wh ?? 0) / hours,
      down: (span.export_wh ?? 0) / hours,
      whole: span.whole,
      ...changed(span),
    };
  });
}

/** Kilowatt hours of each span of which anything is known. */
export function kilowattHours(spans: Span[]): Piece[] {
  return spans.filter(electric).map((span) => ({
    from: span.from,
    to: span.to,
    up: (span.import_wh ?? 0) / 1000,
    down: (span.export_wh ?? 0) / 1000,
    whole: span.whole,
    ...changed(span),
  }));
}

/** Gas, water or heat of each span of which it is known. */
export function amounts(spans: Span[], of: (span: Span) => number | null): Piece[] {
  return spans.flatMap((span) => {
    const value = of(span);
    return value === null ? [] : [{ from: span.from, to: span.to, up: value, down: 0, whole: span.whole }];
  });
}

/** How fast gas flowed in each span; without gas, water or heat. The unit does not matter to a picture without a scale. */
export function flowing(spans: Span[]): Piece[] {
  const kinds = [(span: Span) => span.gas_l, (span: Span) => span.water_l, (span: Span) => span.heat_kj];
  const of = kinds.find((kind) => spans.some((span) => kind(span) !== null));
  if (!of) return [];
  return amounts(spans, of).map((piece) => ({ ...piece, up: (piece.up * 3600) / (piece.to - piece.from) }));
}

function electric(span: Span): boolean {
  return span.import_wh !== null || span.export_wh !== null;
}

function changed(span: Span): { replaced?: true } {
  return span.replaced ? { replaced: true } : {};
}

/** Readings as pieces that reach to the next one, and none beyond the end; a hole of more than two minutes stays a hole. */
export function between(points: Point[], end = Infinity): Piece[] {
  const within = points.filter((point) => point.at < end);
  return within.map((point, i) => {
    const next = within[i + 1]?.at ?? point.at + 10;
    const to = Math.min(next, point.at + 120, end);
    return { from: point.at, to, up: Math.max(0, point.net_w), down: Math.max(0, -point.net_w), whole: true };
  });
}

/** Pieces that touch each other. */
export function runs(pieces: Piece[]): Piece[][] {
  const all: Piece[][] = [];
  for (const piece of pieces) {
    const last = all.at(-1);
    if (last && last.at(-1)?.to === piece.from) last.push(piece);
    else all.push([piece]);
  }
  return all;
}

/** What was not measured between the beginning and the last piece. */
export function gaps(pieces: Piece[], from: number): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  let until = from;
  for (const piece of pieces) {
    if (piece.from > until) found.push({ from: until, to: piece.from });
    until = Math.max(until, piece.to);
  }
  return found;
}

const steps = [1, 2, 2.5, 5, 10, 20];

/** A round number for the grid, and none below the least: two to four lines beside zero, above and below it together. */
export function gridStep(up: number, down = 0, least = 0): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(up, down, 0.001) / 5));
  // A hair more, so that a top that is a round number itself counts.
  const lines = (step: number) => Math.floor(up / step + 1e-9) + Math.floor(down / step + 1e-9);
  const found = steps.map((step) => step * power).find((step) => step >= least && lines(step) <= 4);
  return found ?? least;
}

/** The lines of the grid but zero, the highest first. */
export function gridLines(up: number, down: number, step: number): number[] {
  return [4, 3, 2, 1, -1, -2, -3, -4].map((n) => n * step).filter((value) => value <= up && value >= -down);
}

/** Where the clock strikes these hours between two times, as people there count them. */
export function strikes(from: number, to: number, everyHours: number): number[] {
  const found: number[] = [];
  const at = new Date(from * 1000);
  at.setMinutes(0, 0, 0);
  while (at.getTime() / 1000 <= to) {
    const seconds = at.getTime() / 1000;
    if (seconds >= from && at.getHours() % everyHours === 0) found.push(seconds);
    at.setTime(at.getTime() + 3_600_000);
  }
  return found;
}
