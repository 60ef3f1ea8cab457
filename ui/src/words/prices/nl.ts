// Dutch, about prices and costs, and the type of the same in other languages.
import type { PriceFileWrong, PriceList, PriceRowWrong, PriceUnit } from "../../bindings";

const kinds: Record<PriceList["kind"], string> = {
  fixed: "Eén prijs",
  "two-tariffs": "Twee tarieven",
  hourly: "Uurprijzen",
};
const units: Record<PriceUnit, string> = {
  "euro-per-kwh": "Euro per kWh",
  "euro-per-mwh": "Euro per MWh",
  "cent-per-kwh": "Cent per kWh",
};

export const costs = {
  title: "Kosten",
  none: "Er is geen prijs ingevuld, dus kosten staan hier niet.",
  nothing: "In deze tijd is niets gemeten dat een prijs heeft.",
  live: "Kosten staan bij dag, week, maand en jaar.",
  hint: "Zonder vaste kosten.",
  import: "Van het net",
  export: "Teruggeleverd",
  gas: "Gas",
  total: "Totaal",
  totalKnown: "Totaal, voor zover bekend",
  partly: (known: string, all: string) =>
    `Van ${known} van de ${all} uur is de prijs bekend. Wat de andere uren kostten, zit niet in deze bedragen.`,
  unsplit: (hours: string) =>
    `Van ${hours} uur is alleen het totaal per dag bekend. Met uurprijzen is niet te zeggen wat die kostten.`,
  parts: (days: number) =>
    days === 1
      ? "Eén dag is maar deels gemeten, en daarvan is alleen het totaal bekend. Wat die kostte, zit niet in deze bedragen."
      : `${days} dagen zijn maar deels gemeten, en daarvan is alleen het totaal bekend. Wat die kostten, zit niet in deze bedragen.`,
  incomplete: "niet alles bekend",
  earned: "je krijgt",
  paid: "je betaalt",
  story: (total: string) => `Totaal ${total}.`,
  enter: "Vul je prijzen in",
  change: "Prijzen wijzigen",
  kind: "Wat voor prijzen heb je?",
  kinds,
  price: "Stroom, per kWh",
  normal: "Normaal tarief, per kWh",
  low: "Laag tarief, per kWh",
  feed: "Teruglevering, per kWh",
  gasPrice: "Gas, per m³",
  onTop: "Komt erbij, per kWh",
  onTopHint: "Wat bij de uurprijs komt: energiebelasting en het deel van je leverancier.",
  tax: "Btw over de uurprijs, in %",
  taxHint: "Laat leeg als de prijzen in het bestand met btw zijn.",
  feedOnTop: "Komt erbij bij teruglevering, per kWh",
  feedOnTopHint: "Met een min ervoor als je leverancier iets inhoudt.",
  optional: "mag leeg",
  wrong: "Vul een bedrag in euro in, bijvoorbeeld 0,28.",
  wrongTax: "Vul een percentage van 0 tot 100 in, bijvoorbeeld 21.",
  save: "Bewaar prijzen",
  forget: "Vergeet prijzen",
  file: {
    title: "Prijzen per uur",
    lead: "Kies een bestand (CSV) van je leverancier of van een site met marktprijzen: een regel per uur of kwartier. Het blijft op deze computer.",
    choose: "Kies een bestand",
    reading: "De prijzen worden gelezen…",
    none: "Er zijn nog geen uurprijzen.",
    known: (from: string, to: string) => `Er zijn prijzen van ${from} tot ${to}.`,
    taken: (rows: string) => `${rows} prijzen overgenomen.`,
    without: (rows: string) => `Regels zonder prijs: ${rows}.`,
    unit: "Wat staat er in het bestand?",
    units,
  },
};

export type CostWords = typeof costs;

/** What is wrong with a file of prices. */
export function fileProblem(wrong: PriceFileWrong, found: string): string {
  const of: Record<PriceFileWrong, string> = {
    "too-large": "Dit bestand is te groot: hoogstens 8 MB en 110.000 regels. Neem een kortere tijd.",
    empty: "In dit bestand staat geen regel met een prijs.",
    "no-header":
      "De eerste regel zegt niet wat in welke kolom staat. Zet er een regel met namen boven, zoals: start;prijs EUR/kWh.",
    "no-times": `Geen kolom heet zoiets als start, tijd of datum. De kolommen zijn: ${found}.`,
    "unclear-times": `Onduidelijk is in welke kolom staat wanneer een prijs begint, of volgens welke klok: ${found}. Laat er één staan, met de naam begin of begin (UTC).`,
    "no-prices": `Geen kolom heet zoiets als prijs of tarief. De kolommen zijn: ${found}.`,
    "several-prices": `Er zijn meer kolommen met prijzen: ${found}. Laat er één in het bestand staan.`,
    currency: `De prijzen zijn in ${found}. Kosten zijn hier in euro.`,
    unit: "Het bestand zegt niet of de prijzen per kWh of per MWh zijn. Kies het hieronder.",
    step: "De regels liggen geen uur en geen kwartier uit elkaar.",
    "far-away": "Alle prijzen in dit bestand zijn van meer dan vier jaar geleden, of van over meer dan een jaar.",
  };
  return of[wrong];
}

/** What is wrong in one of its rows. */
export function rowProblem(row: number, wrong: PriceRowWrong, found: string): string {
  const of: Record<PriceRowWrong, string> = {
    columns: "heeft meer of minder kolommen dan de eerste regel",
    time: "dit is geen tijd",
    skipped:
      "deze tijd bestaat niet, want dan gaat de klok een uur vooruit. De tijden zijn dus niet die van een klok hier",
    "no-quarter": "op deze tijd begint geen kwartier",
    twice: "deze tijd kwam al eerder",
    price: "dit is geen prijs",
    "far-off": "zo veel kost een kWh niet. Klopt de eenheid",
  };
  const end = wrong === "far-off" ? "?" : ".";
  return `Regel ${row}, “${found}”: ${of[wrong]}${end} Er is niets overgenomen.`;
}
