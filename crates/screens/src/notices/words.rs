//! What notifications say.

use consent::Language;

use super::{DAY, Notice, NoticeKind};

/// A stranger's name is at most this long in a notification.
const LONGEST: usize = 60;

pub(super) fn request(service: &str, language: Language) -> Notice {
    let who = name(service);
    say(
        NoticeKind::Request,
        language,
        (
            format!("{who} asks to see your meter"),
            "Nothing is shared yet. Look at the request in My Home.",
        ),
        (
            format!("{who} wil je meter zien"),
            "Er is nog niets gedeeld. Bekijk het verzoek in My Home.",
        ),
    )
}

pub(super) fn ends(service: &str, left: u32, language: Language) -> Notice {
    let who = name(service);
    let (en, nl) = match left.div_ceil(DAY) {
        0 | 1 => ("within a day".to_owned(), "binnen een dag".to_owned()),
        days => (format!("in {days} days"), format!("over {days} dagen")),
    };
    say(
        NoticeKind::Ending,
        language,
        (
            format!("Sharing with {who} ends {en}"),
            "It ends by itself. If it should go on, the service has to ask again.",
        ),
        (
            format!("Delen met {who} eindigt {nl}"),
            "Het eindigt vanzelf. Als het door moet gaan, moet de dienst het opnieuw vragen.",
        ),
    )
}

pub(super) fn accepts(service: &str, language: Language) -> Notice {
    let who = name(service);
    say(
        NoticeKind::Service,
        language,
        (
            format!("{who} has not answered since your yes"),
            "It may be reading along. Ask it, or stop it under Sharing.",
        ),
        (
            format!("{who} heeft sinds je ja niets laten horen"),
            "Misschien leest het mee. Vraag het na, of stop het bij Delen.",
        ),
    )
}

pub(super) fn stops(service: &str, language: Language) -> Notice {
    let who = name(service);
    say(
        NoticeKind::Service,
        language,
        (
            format!("{who} has not confirmed that it stopped"),
            "It does not have to: it cannot open anything new.",
        ),
        (
            format!("{who} heeft niet bevestigd dat het gestopt is"),
            "Dat hoeft ook niet: het kan niets nieuws meer openen.",
        ),
    )
}

pub(super) fn erases(service: &str, language: Language) -> Notice {
    let who = name(service);
    say(
        NoticeKind::Service,
        language,
        (
            format!("{who} has not erased what you asked"),
            "The month that the law gives is over. You can file a complaint, under Sharing.",
        ),
        (
            format!("{who} heeft niet gewist wat je vroeg"),
            "De maand die de wet geeft is om. Je kunt een klacht indienen, bij Delen.",
        ),
    )
}

pub(super) fn meter(meter: &str, language: Language) -> Notice {
    let meter = name(meter);
    say(
        NoticeKind::Meter,
        language,
        (
            format!("Nothing is heard from {meter}"),
            "Check the power and internet of the Pi. It keeps its readings.",
        ),
        (
            format!("Er komt niets meer van {meter}"),
            "Kijk of de Pi stroom en internet heeft. Hij bewaart zijn metingen.",
        ),
    )
}

fn say(kind: NoticeKind, language: Language, en: (String, &str), nl: (String, &str)) -> Notice {
    let (title, body) = match language {
        Language::En => en,
        Language::Nl => nl,
    };
    Notice {
        kind,
        title,
        body: body.to_owned(),
    }
}

/// A stranger's text on one line. Some desktops read markup in notifications, so nothing of it is left.
fn name(text: &str) -> String {
    let plain = text
        .chars()
        .filter(|letter| !letter.is_control() && !matches!(letter, '<' | '>' | '&'));
    plain.take(LONGEST).collect()
}
