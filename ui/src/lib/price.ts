// Prices as people type them, and in ten-thousandths of a euro as the wallet keeps them.

/** 0,2845 or 0.28 or € 1; nothing if it is no such amount. */
export function readPrice(text: string): number | undefined {
  const amount = text.trim().replace(/^€\s*/, "").replace(",", ".");
  if (!/^\d{1,3}(\.\d{1,4})?$/.test(amount)) return undefined;
  return Math.round(Number(amount) * 10_000);
}

/** As it is typed in this language. */
export function writePrice(price: number | null, tag: string): string {
  if (price === null) return "";
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 4 };
  return new Intl.NumberFormat(tag, digits).format(price / 10_000);
}
