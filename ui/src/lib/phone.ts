// What only a phone has: plugins that the screens call themselves.
import { invoke } from "@tauri-apps/api/core";
import type { Problem } from "../bindings";
import { Failure } from "./wallet";

/** Whether this is one with Android: there some things have other names. */
export function isAndroid(): boolean {
  return /Android/.test(navigator.userAgent);
}

/** What a plugin answers, or the problem with what it says of it. */
export async function called<T>(
  command: string,
  values: Record<string, unknown>,
  problem: (why: string) => Problem,
): Promise<T> {
  try {
    return await invoke<T>(`plugin:${command}`, values);
  } catch (thrown) {
    throw new Failure(problem(said(thrown)));
  }
}

/** A plugin of a phone throws an object with a message, what is before it throws text. */
function said(thrown: unknown): string {
  if (thrown && typeof thrown === "object" && "message" in thrown) return String(thrown.message);
  return String(thrown);
}
