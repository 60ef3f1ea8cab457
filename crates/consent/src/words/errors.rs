//! What went wrong, and what to do, for people.

use super::{Speaker, lane, pick};
use crate::agreement::ChoiceError;
use crate::device::Refusal;
use crate::journal::Fault;
use crate::link::{LinkError, OpenError};
use crate::text::Language;

/// Why a link was not followed.
#[must_use]
pub fn link_error(error: &LinkError, language: Language) -> &'static str {
    match error {
        LinkError::NotALink => pick(
            language,
            "This is not a request. A request begins with meterkast://consent. Copy the whole link, or scan the code again.",
            "Dit is geen verzoek. Een verzoek begint met meterkast://consent. Kopieer de hele link, of scan de code opnieuw.",
        ),
        LinkError::TooLong(_) => pick(
            language,
            "This link is too long to be a request. Copy only the link itself.",
            "Deze link is te lang voor een verzoek. Kopieer alleen de link zelf.",
        ),
        LinkError::Incomplete(_) => pick(
            language,
            "A piece of this link is missing. Copy the whole link, or scan the code again.",
            "Er ontbreekt een stuk van deze link. Kopieer de hele link, of scan de code opnieuw.",
        ),
        LinkError::Repeated(_) | LinkError::Damaged(_) => pick(
            language,
            "This link is damaged. Copy it again, or scan the code again.",
            "Deze link is beschadigd. Kopieer hem opnieuw, of scan de code opnieuw.",
        ),
    }
}

/// Why a request was not shown. Nothing was shared in any of these cases.
#[must_use]
pub fn open_error(error: &OpenError, speaker: &Speaker) -> String {
    let language = speaker.language();
    match (error, language) {
        (OpenError::OtherNetwork { theirs, ours }, Language::En) => {
            format!("This request is for the network “{theirs}”, and your wallet is on “{ours}”. Nothing was shared.")
        }
        (OpenError::OtherNetwork { theirs, ours }, Language::Nl) => {
            format!("Dit verzoek is voor het netwerk “{theirs}”, en je wallet zit op “{ours}”. Er is niets gedeeld.")
        }
        (OpenError::Expired { expired_at, .. }, Language::En) => format!(
            "This request could be answered until {}. Ask the service for a new one. Nothing was shared.",
            speaker.minute(*expired_at)
        ),
        (OpenError::Expired { expired_at, .. }, Language::Nl) => format!(
            "Dit verzoek was te beantwoorden tot {}. Vraag de dienst om een nieuw verzoek. Er is niets gedeeld.",
            speaker.minute(*expired_at)
        ),
        (OpenError::FromTheFuture { .. }, _) => pick(
            language,
            "This request comes from later than now. Check the clock of this device. Nothing was shared.",
            "Dit verzoek komt van later dan nu. Kijk of de klok van dit apparaat goed staat. Er is niets gedeeld.",
        )
        .into(),
        (OpenError::Altered | OpenError::Request(_), _) => fault(Fault::from(error), language).into(),
    }
}

/// Why a request was not shown, from the journal.
pub(super) fn fault(fault: Fault, language: Language) -> &'static str {
    match fault {
        Fault::Altered => pick(
            language,
            "It was changed after the link was made. Nothing was shared.",
            "Het is veranderd nadat de link was gemaakt. Er is niets gedeeld.",
        ),
        Fault::Expired => pick(
            language,
            "It came too late. Nothing was shared.",
            "Het kwam te laat. Er is niets gedeeld.",
        ),
        Fault::OtherNetwork => pick(
            language,
            "It is for another network than your wallet's. Nothing was shared.",
            "Het is voor een ander netwerk dan dat van je wallet. Er is niets gedeeld.",
        ),
        Fault::NotGenuine => pick(
            language,
            "It does not come from whom it says. Nothing was shared.",
            "Het komt niet van wie het zegt. Er is niets gedeeld.",
        ),
        Fault::Malformed => pick(
            language,
            "It cannot be read, or says something impossible. Nothing was shared.",
            "Het is niet te lezen, of zegt iets onmogelijks. Er is niets gedeeld.",
        ),
        Fault::Used => pick(
            language,
            "It was answered before. Ask the service for a new one.",
            "Het is al beantwoord. Vraag de dienst om een nieuw verzoek.",
        ),
    }
}

/// Why a choice is no answer to the request.
#[must_use]
pub fn choice_error(error: &ChoiceError, speaker: &Speaker) -> String {
    let language = speaker.language();
    match (error, language) {
        (ChoiceError::TooLate, Language::En) => {
            "This request can no longer be answered. Ask the service for a new one.".into()
        }
        (ChoiceError::TooLate, Language::Nl) => {
            "Dit verzoek is niet meer te beantwoorden. Vraag de dienst om een nieuw verzoek.".into()
        }
        (ChoiceError::NotAsked(what), Language::En) => {
            format!(
                "They do not ask for “{}”, so you cannot share it here.",
                lane(*what, language)
            )
        }
        (ChoiceError::NotAsked(what), Language::Nl) => {
            format!(
                "Ze vragen niet om “{}”, dus dat kun je hier niet delen.",
                lane(*what, language)
            )
        }
        (ChoiceError::TwoWays(one, other), Language::En) => {
            format!(
                "Choose one of “{}” and “{}”.",
                lane(*one, language),
                lane(*other, language)
            )
        }
        (ChoiceError::TwoWays(one, other), Language::Nl) => {
            format!(
                "Kies één van “{}” en “{}”.",
                lane(*one, language),
                lane(*other, language)
            )
        }
        (ChoiceError::Needed(what), Language::En) => format!(
            "The service does not work without “{}”. Share it, or say no to the whole request.",
            lane(*what, language)
        ),
        (ChoiceError::Needed(what), Language::Nl) => format!(
            "Zonder “{}” werkt de dienst niet. Deel het, of zeg nee tegen het hele verzoek.",
            lane(*what, language)
        ),
        (ChoiceError::Nothing, Language::En) => "You would share nothing. Say no instead.".into(),
        (ChoiceError::Nothing, Language::Nl) => "Je zou niets delen. Zeg dan liever nee.".into(),
        (ChoiceError::LongerThanAsked { asked, .. }, Language::En) => {
            format!(
                "They ask {}. You can choose an earlier end, not a later one.",
                speaker.until(*asked)
            )
        }
        (ChoiceError::LongerThanAsked { asked, .. }, Language::Nl) => {
            format!(
                "Ze vragen {}. Je kunt een eerder einde kiezen, geen later.",
                speaker.until(*asked)
            )
        }
        (ChoiceError::EndsBeforeItBegins { .. }, Language::En) => {
            "The end must be after the beginning.".into()
        }
        (ChoiceError::EndsBeforeItBegins { .. }, Language::Nl) => {
            "Het einde moet na het begin liggen.".into()
        }
        (ChoiceError::MoreHistoryThanAsked { asked: 0, .. }, Language::En) => {
            "They do not ask for the past, so you cannot share it here.".into()
        }
        (ChoiceError::MoreHistoryThanAsked { asked: 0, .. }, Language::Nl) => {
            "Ze vragen niet om het verleden, dus dat kun je hier niet delen.".into()
        }
        (ChoiceError::MoreHistoryThanAsked { asked, .. }, Language::En) => {
            format!("They ask for the past {asked} days. You can choose fewer, not more.")
        }
        (ChoiceError::MoreHistoryThanAsked { asked, .. }, Language::Nl) => {
            format!("Ze vragen om de afgelopen {asked} dagen. Je kunt minder kiezen, niet meer.")
        }
    }
}

/// Why a device did not do what it was told.
#[must_use]
pub fn refusal(refusal: Option<Refusal>, language: Language) -> &'static str {
    match refusal {
        Some(Refusal::NotAdded | Refusal::Deleted) => pick(
            language,
            "The Pi no longer belongs to this wallet. Add it again.",
            "De Pi hoort niet meer bij deze wallet. Voeg hem opnieuw toe.",
        ),
        Some(Refusal::Unknown | Refusal::AlreadyOtherwise | Refusal::Over) => pick(
            language,
            "The Pi knows this permission differently. Stop it, and ask the service for a new request.",
            "De Pi kent deze toestemming anders. Stop hem, en vraag de dienst om een nieuw verzoek.",
        ),
        Some(Refusal::TooMany) => pick(
            language,
            "The Pi serves as many services as it can. Stop one first.",
            "De Pi bedient zoveel diensten als hij kan. Stop er eerst een.",
        ),
        None => pick(
            language,
            "The Pi gave a reason that this wallet does not know. Update the wallet.",
            "De Pi gaf een reden die deze wallet niet kent. Werk de wallet bij.",
        ),
    }
}
