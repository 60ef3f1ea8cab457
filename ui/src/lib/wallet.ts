// The one way to the wallet: the generated commands, failures thrown as problems.
import { commands, events, type Problem } from "../bindings";

/** A failure that the wallet named. */
export class Failure extends Error {
  constructor(readonly problem: Problem) {
    super(problem.code);
  }
}

type Answer<T> = { status: "ok"; data: T } | { status: "error"; error: Problem };

/** The answer, or the failure. */
export async function ask<T>(answer: Promise<Answer<T>>): Promise<T> {
  const given = await answer;
  if (given.status === "ok") return given.data;
  throw new Failure(given.error);
}

/** Whatever was thrown, as a problem that has a sentence. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Failure) return thrown.problem;
  return { code: "fault", why: thrown instanceof Error ? thrown.message : String(thrown) };
}

export { commands, events };
