// What several charts draw, as the rows of one table.

/** A row for each time that any line knows, oldest first, with what each line says then; nothing where it says nothing. */
export function rowsOf(lines: { at: number; says: string }[][]): { at: number; values: string[] }[] {
  const said = lines.map((line) => new Map(line.map(({ at, says }) => [at, says])));
  const times = [...new Set(lines.flatMap((line) => line.map(({ at }) => at)))].sort((a, b) => a - b);
  return times.map((at) => ({ at, values: said.map((line) => line.get(at) ?? "") }));
}
