// What a phone reads off a tag.
import type { TagRecord } from "../bindings";
import { called, isAndroid } from "./phone";

/** What is on the next tag; `prompt` stands on the sheet that an iPhone shows. Nothing once it is given up. */
export async function readTag(prompt: string, givenUp: AbortSignal): Promise<TagRecord[] | undefined> {
  const leaving = new Promise<undefined>((leave) => givenUp.addEventListener("abort", () => leave(undefined)));
  // On Android this asks for any tag: asked for a written one, it gets none with a link on it, for Android hands those to
  // whoever opens such links. The plugin cannot be told to stop; a wait that was left ends with the next one.
  const kind = isAndroid() ? { tag: {} } : { ndef: {} };
  const scanned = called<{ records: TagRecord[] }>(
    "nfc|scan",
    { kind, keepSessionAlive: false, message: prompt },
    (why) => ({
      code: "tag-unreadable",
      why,
    }),
  );
  // Nobody hears what goes wrong after leaving.
  scanned.catch(() => {});
  return (await Promise.race([scanned, leaving]))?.records.map(unsigned);
}

/** Android's bytes go from −128 to 127. */
function unsigned({ kind, payload }: TagRecord): TagRecord {
  const bytes = (signed: number[]) => signed.map((byte) => byte & 0xff);
  return { kind: bytes(kind), payload: bytes(payload) };
}
