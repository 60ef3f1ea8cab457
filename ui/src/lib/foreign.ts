import type { Problem } from "../bindings";

/** What a part of the system said about a problem, in English and in its own words. */
export function foreign(problem: Problem): string | undefined {
  if ("why" in problem) return problem.why || undefined;
  return problem.code === "pi-refuses" ? (problem.detail ?? undefined) : undefined;
}
