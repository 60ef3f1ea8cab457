/** Says until when something that was said stays: until one goes somewhere else. */
export class Lasting {
  #said: unknown;
  #at = "";
  #atHome = false;

  /** Whether what is said stays in this place. Home may be where it is said: the way there does not count. */
  stays(said: unknown, at: string): boolean {
    if (said !== this.#said) [this.#said, this.#at, this.#atHome] = [said, at, at === "home"];
    if (at === this.#at) return true;
    if (this.#atHome || at !== "home") return false;
    [this.#at, this.#atHome] = [at, true];
    return true;
  }
}
