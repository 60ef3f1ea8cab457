// A long list in pages, of which only those near what is seen are there.

/** The height of each page that was ever measured. */
export type Heights = readonly (number | undefined)[];

/** How high these pages are together, from one up to another; what was never measured is nothing yet. */
export function between(heights: Heights, first: number, end: number): number {
  return heights.slice(first, end).reduce<number>((sum, height) => sum + (height ?? 0), 0);
}

/** Which of so many pages lie in a stretch of the list, or touch it. */
export function near(heights: Heights, count: number, top: number, bottom: number): number[] {
  let end = 0;
  const pages = Array.from({ length: count }, (_, page) => {
    const begin = end;
    end += heights[page] ?? 0;
    return begin <= bottom && end >= top ? [page] : [];
  });
  return pages.flat();
}

/** How far to scroll on so that what is seen stays where it is, when a page that ends above it gets another height. */
export function shift(before: number | undefined, height: number, bottom: number): number {
  return before === undefined || bottom > 0 ? 0 : height - before;
}
