//! One module a screen.

pub(crate) mod devices;
pub(crate) mod near;
pub(crate) mod nearby;
pub(crate) mod pair;
pub(crate) mod records;
pub(crate) mod requests;
pub(crate) mod setup;
pub(crate) mod sharing;

use consent::Language;
use wallet::Delivery;

use crate::answer::Answer;
use crate::fault;
use crate::session::Session;
use crate::show::pick;

/// Says whether what was decided is on its way.
pub(crate) fn deliver(answer: &mut Answer, delivery: &Delivery, session: &Session) {
    match delivery {
        Delivery::Sent => {
            answer.set("sent", true);
        }
        Delivery::Waiting(why) => {
            let kept = pick(
                session.language(),
                "It is decided and kept, and goes out as soon as the node answers (my-home sync).",
                "Het staat vast en is bewaard, en gaat zodra het knooppunt antwoordt (my-home sync).",
            );
            answer
                .set("sent", false)
                .say(kept)
                .say(fault::sentence(why, &session.speaker));
            answer.waiting = true;
        }
    }
}

pub(crate) fn text(language: Language, en: String, nl: String) -> String {
    match language {
        Language::En => en,
        Language::Nl => nl,
    }
}
