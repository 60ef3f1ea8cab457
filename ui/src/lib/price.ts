// Prices as people type them, and in ten-thousandths of a euro as the wallet keeps them.

/** 0,2845 or 0.28 or € 1, and −0,01 where it may be below zero; nothing if it is no such amount. */
export function readPrice(text: string, belowZero = false): number | undefined {
  const amount = text
    .trim()
    .replace("−", "-")
    .replace(/^(-?)€?\s*/, "$1")
    .replace(",", ".");
  if (!/^-?\d{1,3}(\.\d{1,4})?$/.test(amount) || (amount.startsWith("-") && !belowZero)) return undefined;
  // Not minus zero.
  return Math.round(Number(amount) * 10_000) + 0;
}

/** 21 or 9,5 as tenths of a percent; nothing if it is no percentage. */
export function readPercent(text: string): number | undefined {
  const amount = text.trim().replace(/\s*%$/, "").replace(",", ".");
  if (!/^\d{1,3}(\.\d)?$/.test(amount)) return undefined;
  const tenths = Math.round(Number(amount) * 10);
  return tenths <= 1_000 ? tenths : undefined;
}

/** As it is typed in this language. */
export function writePrice(price: number | null, tag: string): string {
  if (price === null) return "";
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 4 };
  return new Intl.NumberFormat(tag, digits).format(price / 10_000);
}

/** Tenths of a percent, as they are typed in this language. */
export function writePercent(tenths: number, tag: string): string {
  return new Intl.NumberFormat(tag, { maximumFractionDigits: 1 }).format(tenths / 10);
}
