// What a form lacks, said beside the field: the bubble of the web view speaks the system's language.
import { tick } from "svelte";

export type Lack = { what: "empty" } | { what: "short"; found: number; least: number };
type Asks = { value: string; required: boolean; minLength: number };

/** What a field lacks of what it asks for itself. */
export function lackOf({ value, required, minLength }: Asks): Lack | undefined {
  const found = [...value].length;
  if (found === 0) return required ? { what: "empty" } : undefined;
  return found < minLength ? { what: "short", found, least: minLength } : undefined;
}

export class Fields {
  #at = $state.raw<{ id: string; lack: Lack }>();

  /** What the field of this name lacks, as far as it was said; it is said of one field at a time, and until one types. */
  lack(id: string): Lack | undefined {
    return this.#at?.id === id ? this.#at.lack : undefined;
  }

  /** Whether a form that is sent lacks nothing. If it does, its first field that lacks something says so and has the focus. */
  complete(event: SubmitEvent): boolean {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    for (const field of form.elements) {
      const lack = "minLength" in field ? lackOf(field as HTMLInputElement) : undefined;
      if (!lack) continue;
      this.#at = { id: field.id, lack };
      form.addEventListener("input", () => (this.#at = undefined), { once: true });
      // What it lacks is there to be read when the field is.
      void tick().then(() => (field as HTMLInputElement).focus());
      return false;
    }
    this.#at = undefined;
    return true;
  }
}
