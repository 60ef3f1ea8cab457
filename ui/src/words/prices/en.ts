// English, about prices and costs.
import type { PriceFileWrong, PriceRowWrong } from "../../bindings";
import type { CostWords } from "./nl";

export const costs: CostWords = {
  title: "Costs",
  none: "No price is entered, so no costs are shown.",
  nothing: "Nothing was measured in this time that has a price.",
  live: "Costs are shown for a day, week, month and year.",
  hint: "Without standing charges.",
  import: "From the grid",
  export: "Fed in",
  gas: "Gas",
  total: "Total",
  totalKnown: "Total, as far as known",
  partly: (known, all) =>
    `Prices are known for ${known} of ${all} hours. What the other hours cost is not in these amounts.`,
  unsplit: (hours) =>
    `For ${hours} hours only the total of the day is known. Hourly prices cannot tell what those cost.`,
  parts: (days) =>
    days === 1
      ? "One day was measured in part, and only its total is known. What it cost is not in these amounts."
      : `${days} days were measured in part, and only their totals are known. What they cost is not in these amounts.`,
  incomplete: "not all of it known",
  earned: "you earn",
  paid: "you pay",
  story: (total) => `Total ${total}.`,
  enter: "Enter your prices",
  change: "Change prices",
  kind: "What prices do you have?",
  kinds: { fixed: "One price", "two-tariffs": "Two tariffs", hourly: "Hourly prices" },
  price: "Electricity, per kWh",
  normal: "Normal tariff, per kWh",
  low: "Low tariff, per kWh",
  feed: "Feed-in, per kWh",
  gasPrice: "Gas, per m³",
  onTop: "Comes on top, per kWh",
  onTopHint: "What is added to the hour's price: energy tax and your supplier's part.",
  tax: "VAT over the hour's price, in %",
  taxHint: "Leave empty if the prices in the file include VAT.",
  feedOnTop: "Comes on top for feed-in, per kWh",
  feedOnTopHint: "With a minus before it if your supplier keeps something.",
  optional: "may be empty",
  wrong: "Enter an amount in euros, for example 0.28.",
  wrongTax: "Enter a percentage from 0 to 100, for example 21.",
  save: "Save prices",
  forget: "Forget prices",
  file: {
    title: "Prices by the hour",
    lead: "Choose a file (CSV) from your supplier or from a site with market prices: a row for each hour or quarter of an hour. It stays on this computer.",
    choose: "Choose a file",
    reading: "The prices are being read…",
    none: "There are no hourly prices yet.",
    known: (from, to) => `There are prices from ${from} to ${to}.`,
    taken: (rows) => `${rows} prices taken.`,
    without: (rows) => `Rows without a price: ${rows}.`,
    unit: "What is in the file?",
    units: { "euro-per-kwh": "Euros per kWh", "euro-per-mwh": "Euros per MWh", "cent-per-kwh": "Cents per kWh" },
  },
};

/** What is wrong with a file of prices. */
export function fileProblem(wrong: PriceFileWrong, found: string): string {
  const of: Record<PriceFileWrong, string> = {
    "too-large": "This file is too large: at most 8 MB and 110,000 rows. Take a shorter time.",
    empty: "This file has no row with a price.",
    "no-header":
      "The first row does not say what is in which column. Put a row of names above it, such as: start;price EUR/kWh.",
    "no-times": `No column is called something like start, time or date. The columns are: ${found}.`,
    "unclear-times": `It is not clear which column says when a price begins, or by which clock: ${found}. Leave one, called start or start (UTC).`,
    "no-prices": `No column is called something like price or tariff. The columns are: ${found}.`,
    "several-prices": `Several columns hold prices: ${found}. Leave one of them in the file.`,
    currency: `The prices are in ${found}. Costs here are in euros.`,
    unit: "The file does not say whether its prices are per kWh or per MWh. Choose it below.",
    step: "The rows are neither an hour nor a quarter of an hour apart.",
    "far-away": "All prices in this file are from more than four years ago, or more than a year ahead.",
  };
  return of[wrong];
}

/** What is wrong in one of its rows. */
export function rowProblem(row: number, wrong: PriceRowWrong, found: string): string {
  const of: Record<PriceRowWrong, string> = {
    columns: "it has more or fewer columns than the first row",
    time: "this is not a time",
    skipped:
      "this time does not exist, because the clock goes an hour forward then. So the times are not those of a clock here",
    "no-quarter": "no quarter of an hour begins at this time",
    twice: "this time came before",
    price: "this is not a price",
    "far-off": "a kWh does not cost that much. Is the unit right",
  };
  const end = wrong === "far-off" ? "?" : ".";
  return `Row ${row}, “${found}”: ${of[wrong]}${end} Nothing was taken.`;
}
