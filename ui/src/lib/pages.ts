// A long list in pages: those near what is seen are there, the others are empty blocks of the height that they had.
export type Page = { near: boolean; height: number | undefined };

/** A page that was never measured is shown: only what is there has a height. */
export const fresh: Page = { near: true, height: undefined };

/** What becomes of a page that came near, or went out of sight while it was this high. */
export function turn(page: Page, near: boolean, height: number): Page {
  if (near) return page.near ? page : { ...page, near };
  // An empty page that is still far says the height that it was given.
  return page.near && height > 0 ? { near, height } : page;
}

/** How far to scroll on so that what is seen stays where it is, when a page that ends above it gets another height. */
export function shift(page: Page, height: number, bottom: number): number {
  return page.height === undefined || bottom > 0 ? 0 : height - page.height;
}
