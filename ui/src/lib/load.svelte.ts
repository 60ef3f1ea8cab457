// What a screen shows: loading, there, or failed; asked again whenever the wallet says that something changed.
import type { Problem } from "../bindings";
import { events, problemOf } from "./wallet";

export class Loaded<T> {
  // An answer is taken whole or replaced: nothing in it is looked after on its own, which for long lists would cost much.
  value = $state.raw<T>();
  problem = $state.raw<Problem>();
  slow = $state(false);

  #ask: () => Promise<T>;
  #turn = 0;

  /**
   * Call while a component is being made; it lives as long as the component. Asks again when what the question is made of
   * changes, and after so many milliseconds.
   */
  constructor(ask: () => Promise<T>, again?: number | (() => number)) {
    this.#ask = ask;
    $effect(() => {
      void this.refresh();
      const patience = setTimeout(() => (this.slow = true), 5_000);
      const changed = events.changed.listen(() => void this.refresh());
      return () => {
        clearTimeout(patience);
        void changed.then((stop) => stop());
      };
    });
    $effect(() => {
      const every = again && setInterval(() => void this.refresh(), typeof again === "number" ? again : again());
      return () => clearInterval(every);
    });
  }

  async refresh(): Promise<void> {
    const turn = ++this.#turn;
    try {
      const value = await this.#ask();
      if (turn === this.#turn) [this.value, this.problem] = [value, undefined];
    } catch (thrown) {
      if (turn === this.#turn) this.problem = problemOf(thrown);
    }
  }
}

/** Something that a button does: once at a time, with its problem beside it. */
export class Deed {
  busy = $state(false);
  problem = $state<Problem>();

  async run(work: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = undefined;
    try {
      await work();
      return true;
    } catch (thrown) {
      this.problem = problemOf(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
