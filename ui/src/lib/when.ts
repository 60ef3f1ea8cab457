// Moments in the words of a language, for the catalogues themselves: whoever shows a screen has `words/index`.

function format(tag: string, at: number, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(tag, options).format(new Date(at * 1000));
}

function day(tag: string, at: number): string {
  return format(tag, at, { day: "numeric", month: "long", year: "numeric" });
}

/** "22 December 2026, 00:40". */
export function moment(tag: string, at: number): string {
  return `${day(tag, at)}, ${format(tag, at, { hour: "2-digit", minute: "2-digit" })}`;
}

/** The last day of what ends at midnight; nothing for any other end. */
export function lastWholeDay(tag: string, end: number): string | undefined {
  const last = day(tag, end - 1);
  return last === day(tag, end) ? undefined : last;
}
