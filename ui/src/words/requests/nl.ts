// Nederlands, over links, verzoeken en keuzes.
import type { ChoiceWrong, LaneName, LinkWrong, RequestWrong } from "../../bindings";
import { lastWholeDay, moment } from "../../lib/when";

const tag = "nl-NL";

const links: Record<LinkWrong, string> = {
  "no-request":
    "Dit is geen verzoek. Een verzoek begint met meterkast://consent. Kopieer de hele link, of scan de code opnieuw.",
  "too-long": "Deze link is te lang voor een verzoek. Kopieer alleen de link zelf.",
  incomplete: "Er ontbreekt een stuk van deze link. Kopieer de hele link, of scan de code opnieuw.",
  damaged: "Deze link is beschadigd. Kopieer hem opnieuw, of scan de code opnieuw.",
};

export function linkProblem(wrong: LinkWrong): string {
  return links[wrong];
}

export function requestProblem(it: RequestWrong): string {
  switch (it.code) {
    case "other-network":
      return `Dit verzoek is voor het netwerk “${it.theirs}”, en je wallet zit op “${it.ours}”. Er is niets gedeeld.`;
    case "expired":
      return `Dit verzoek was te beantwoorden tot ${moment(tag, it.at)}. Vraag de dienst om een nieuw verzoek. Er is niets gedeeld.`;
    case "from-the-future":
      return "Dit verzoek komt van later dan nu. Kijk of de klok van dit apparaat goed staat. Er is niets gedeeld.";
    case "altered":
      return "Dit verzoek is veranderd nadat de link was gemaakt. Er is niets gedeeld.";
    case "not-genuine":
      return "Dit verzoek komt niet van wie het zegt. Er is niets gedeeld.";
    case "malformed":
      return "Dit verzoek is niet te lezen, of zegt iets onmogelijks. Er is niets gedeeld.";
  }
}

export function choiceProblem(it: ChoiceWrong, lane: (lane: LaneName) => string): string {
  switch (it.code) {
    case "too-late":
      return "Dit verzoek is niet meer te beantwoorden. Vraag de dienst om een nieuw verzoek.";
    case "not-asked":
      return `Ze vragen niet om “${lane(it.lane)}”, dus dat kun je hier niet delen.`;
    case "two-ways":
      return `Kies één van “${lane(it.one)}” en “${lane(it.other)}”.`;
    case "needed":
      return `Zonder “${lane(it.lane)}” werkt de dienst niet. Deel het, of zeg nee tegen het hele verzoek.`;
    case "nothing":
      return "Je zou niets delen. Zeg dan liever nee.";
    case "too-long":
      return `Ze vragen ${end(it.asked)}. Je kunt een eerder einde kiezen, geen later.`;
    case "ends-before-it-begins":
      return "Het einde moet na het begin liggen.";
    case "too-much-past":
      return it.asked === 0
        ? "Ze vragen niet om het verleden, dus dat kun je hier niet delen."
        : `Ze vragen om de afgelopen ${it.asked} dagen. Je kunt minder kiezen, niet meer.`;
  }
}

function end(at: number): string {
  const last = lastWholeDay(tag, at);
  return last ? `tot en met ${last}` : `tot ${moment(tag, at)}`;
}
