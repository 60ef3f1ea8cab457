// English, about links, requests and choices.
import type { ChoiceWrong, LaneName, LinkWrong, RequestWrong } from "../../bindings";
import { lastWholeDay, moment } from "../../lib/when";

const tag = "en-GB";

const links: Record<LinkWrong, string> = {
  "no-request":
    "This is not a request. A request begins with meterkast://consent. Copy the whole link, or scan the code again.",
  "too-long": "This link is too long to be a request. Copy only the link itself.",
  incomplete: "A piece of this link is missing. Copy the whole link, or scan the code again.",
  damaged: "This link is damaged. Copy it again, or scan the code again.",
};

export function linkProblem(wrong: LinkWrong): string {
  return links[wrong];
}

export function requestProblem(it: RequestWrong): string {
  switch (it.code) {
    case "other-network":
      return `This request is for the network “${it.theirs}”, and your wallet is on “${it.ours}”. Nothing was shared.`;
    case "expired":
      return `This request could be answered until ${moment(tag, it.at)}. Ask the service for a new one. Nothing was shared.`;
    case "from-the-future":
      return "This request comes from later than now. Check the clock of this device. Nothing was shared.";
    case "altered":
      return "This request was changed after the link was made. Nothing was shared.";
    case "not-genuine":
      return "This request does not come from whom it says. Nothing was shared.";
    case "malformed":
      return "This request cannot be read, or says something impossible. Nothing was shared.";
  }
}

export function choiceProblem(it: ChoiceWrong, lane: (lane: LaneName) => string): string {
  switch (it.code) {
    case "too-late":
      return "This request can no longer be answered. Ask the service for a new one.";
    case "not-asked":
      return `They do not ask for “${lane(it.lane)}”, so you cannot share it here.`;
    case "two-ways":
      return `Choose one of “${lane(it.one)}” and “${lane(it.other)}”.`;
    case "needed":
      return `The service does not work without “${lane(it.lane)}”. Share it, or say no to the whole request.`;
    case "nothing":
      return "You would share nothing. Say no instead.";
    case "too-long":
      return `They ask ${end(it.asked)}. You can choose an earlier end, not a later one.`;
    case "ends-before-it-begins":
      return "The end must be after the beginning.";
    case "too-much-past":
      return it.asked === 0
        ? "They do not ask for the past, so you cannot share it here."
        : `They ask for the past ${it.asked} days. You can choose fewer, not more.`;
  }
}

function end(at: number): string {
  const last = lastWholeDay(tag, at);
  return last ? `up to and including ${last}` : `until ${moment(tag, at)}`;
}
