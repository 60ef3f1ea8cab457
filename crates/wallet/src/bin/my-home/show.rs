//! How requests, consents and devices look in a terminal. What a service wrote is shown as text and nothing else.

use consent::words::{self, Speaker};
use consent::{
    Acquaintance, Agreement, ChoiceError, Choices, ConsentRequest, ConsentState, ConsentView,
    DeviceView, End, LaneWish, Lanes, Language, Step,
};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use wallet::{OpenRequest, StopStep};

/// Chooses between two texts.
pub(crate) fn pick<'a>(language: Language, en: &'a str, nl: &'a str) -> &'a str {
    match language {
        Language::En => en,
        Language::Nl => nl,
    }
}

/// The first eight characters of an identifier: enough to type.
pub(crate) fn short(id: impl ToString) -> String {
    id.to_string().chars().take(8).collect()
}

/// What the command line says yes to unless told otherwise: what is needed, as asked; nothing optional, no past.
pub(crate) fn plain_yes(request: &ConsentRequest, now: u64, zone: &TimeZone) -> Choices {
    Choices {
        lanes: request
            .lanes
            .iter()
            .filter(|wish| wish.needed)
            .map(|wish| wish.lane)
            .collect(),
        until: End::asked(request, now, zone).until,
        history_days: None,
    }
}

/// A request as a screen shows it: who, why, what, how fine, until when, what happens then, how to stop.
pub(crate) fn request(open: &OpenRequest, speaker: &Speaker, now: u64) -> Vec<String> {
    let language = speaker.language();
    let request = open.signed.request();
    let provider = &request.provider;
    let heading = |en, nl| format!("\n{}", pick(language, en, nl).to_uppercase());
    let mut lines = vec![
        words::asks(
            &provider.name,
            &request.asked(),
            request.purpose.text.text(language),
            language,
        ),
        heading("Who", "Wie"),
        format!("{} ({})", provider.name, provider.site),
        words::site_checked(&provider.site, open.site_checked, language),
        words::acquaintance(open.acquaintance, language).to_owned(),
        heading("What", "Wat"),
    ];
    for wish in &request.lanes {
        lines.extend(wish_lines(wish, language));
    }
    if let Some(history) = &request.history {
        let why = history.why.text(language);
        lines.push(match language {
            Language::En => format!(
                "Optional: the past {} days. {why} (--history)",
                history.days
            ),
            Language::Nl => format!(
                "Hoeft niet: de afgelopen {} dagen. {why} (--history)",
                history.days
            ),
        });
    }
    lines.push(heading(
        "How fine, and what it shows",
        "Hoe fijn, en wat je eraan ziet",
    ));
    let ways: Lanes = request.lanes.iter().flat_map(LaneWish::ways).collect();
    lines.extend(
        ways.iter()
            .map(|lane| words::reveals(lane, language).to_owned()),
    );
    lines.push(heading("From when until when", "Van wanneer tot wanneer"));
    lines.push(how_long(request, speaker, now));
    lines.push(heading("What happens then", "Wat er dan gebeurt"));
    lines.extend(handling(open, language));
    lines.push(heading("Before you decide", "Voor je beslist"));
    lines.push(words::before_deciding(language).to_owned());
    if let Some(without) = &request.without {
        lines.push(without.text(language).to_owned());
    }
    lines.push(String::new());
    lines.extend(plain_preview(open, speaker, now));
    lines.extend(what_to_type(open, language));
    lines
}

fn how_long(request: &ConsentRequest, speaker: &Speaker, now: u64) -> String {
    let language = speaker.language();
    let begins = request.from.max(now);
    let from = match (speaker.day(begins) == speaker.day(now), language) {
        (true, _) => pick(language, "From your yes", "Vanaf je ja").to_owned(),
        (false, Language::En) => format!("From {}", speaker.day(begins)),
        (false, Language::Nl) => format!("Vanaf {}", speaker.day(begins)),
    };
    let until = speaker.until(request.until);
    let answer = speaker.minute(request.expires_at);
    match language {
        Language::En => format!("{from} {until}. You can answer until {answer}."),
        Language::Nl => format!("{from} {until}. Je kunt antwoorden tot {answer}."),
    }
}

fn wish_lines(wish: &LaneWish, language: Language) -> Vec<String> {
    let line = format!(
        "{}: {} [{}]. {}",
        words::needed(wish.needed, language),
        words::lane(wish.lane, language),
        wish.lane,
        wish.why.text(language)
    );
    let coarser = wish.coarser.iter().map(|coarser| {
        let (what, loses) = (
            words::lane(coarser.lane, language),
            coarser.loses.text(language),
        );
        match language {
            Language::En => format!("   or {what} [{}], without: “{loses}”", coarser.lane),
            Language::Nl => format!("   of {what} [{}], zonder: “{loses}”", coarser.lane),
        }
    });
    std::iter::once(line).chain(coarser).collect()
}

fn handling(open: &OpenRequest, language: Language) -> Vec<String> {
    let request = open.signed.request();
    let handling = &request.handling;
    let mut lines = vec![words::retention(handling.retention_days, language)];
    if handling.recipients.is_empty() {
        lines.push(
            pick(
                language,
                "Nobody else gets it.",
                "Niemand anders krijgt het.",
            )
            .to_owned(),
        );
    }
    for recipient in &handling.recipients {
        let why = recipient.why.text(language);
        lines.push(match language {
            Language::En => format!("Also goes to {}: {why}", recipient.name),
            Language::Nl => format!("Gaat ook naar {}: {why}", recipient.name),
        });
    }
    if !handling.transfers.is_empty() {
        let countries = handling.transfers.join(", ");
        lines.push(match language {
            Language::En => format!("Leaves the European Economic Area, to: {countries}"),
            Language::Nl => {
                format!("Gaat buiten de Europese Economische Ruimte, naar: {countries}")
            }
        });
    }
    if let Some(decisions) = &handling.automated_decisions {
        lines.push(decisions.text(language).to_owned());
    }
    let provider = &request.provider;
    let authority = provider.complaint_authority.name.text(language);
    let complaint = &provider.complaint_authority.url;
    let notice = &provider.privacy_notice.url;
    lines.push(match language {
        Language::En => format!("Questions: {}. Privacy notice: {notice}", provider.contact),
        Language::Nl => format!("Vragen: {}. Privacyverklaring: {notice}", provider.contact),
    });
    lines.push(match language {
        Language::En => format!("Complaints: {authority}, {complaint}"),
        Language::Nl => format!("Klachten: {authority}, {complaint}"),
    });
    lines
}

fn plain_preview(open: &OpenRequest, speaker: &Speaker, now: u64) -> Option<String> {
    let request = open.signed.request();
    let reached: Result<Agreement, ChoiceError> =
        Agreement::reach(request, &plain_yes(request, now, speaker.zone()), now);
    reached
        .ok()
        .map(|agreement| speaker.would_share(&agreement))
}

fn what_to_type(open: &OpenRequest, language: Language) -> [String; 2] {
    let id = short(open.consent);
    [
        format!("{}  my-home grant {id}", pick(language, "Yes:", "Ja: ")),
        format!("{}  my-home decline {id}", pick(language, "No: ", "Nee:")),
    ]
}

/// The same for programs.
pub(crate) fn request_json(open: &OpenRequest, speaker: &Speaker, now: u64) -> Value {
    let least = Choices::least(open.signed.request(), now, speaker.zone());
    json!({
        "id": open.consent,
        "site_checked": open.site_checked,
        "shared_before": open.acquaintance == Acquaintance::Shared,
        "asked_before": open.acquaintance != Acquaintance::None,
        "least": {
            "lanes": least.lanes,
            "until": least.until,
            "history_days": least.history_days,
        },
        "devices": open.devices.iter().map(|(id, name)| json!({ "id": id, "name": name })).collect::<Vec<_>>(),
        "request": open.signed.request(),
    })
}

/// A consent on one card.
pub(crate) fn consent(view: &ConsentView, speaker: &Speaker, now: u64) -> Vec<String> {
    let language = speaker.language();
    let state = view.state_at(now);
    let request = view.signed.request();
    let mut lines = vec![
        format!(
            "{}  {}  {}",
            short(view.id),
            view.service(),
            state_in_words(state, language)
        ),
        format!("  {}", request.purpose.text.text(language)),
        format!("  {}", words::lanes(&view.agreement.lanes, language)),
    ];
    let (given, until) = (
        speaker.day(view.authorised_at),
        speaker.until(view.agreement.until),
    );
    lines.push(match language {
        Language::En => format!("  given on {given}, {until}"),
        Language::Nl => format!("  gegeven op {given}, {until}"),
    });
    if state == ConsentState::Paused && view.reads_at(now) {
        let waits = pick(
            language,
            "  The Pi has not confirmed the pause. Until then the service may still read along.",
            "  De Pi heeft de pauze nog niet bevestigd. Tot dan kan de dienst blijven meelezen.",
        );
        lines.push(waits.to_owned());
    }
    if let Some(last) = view.last_readable() {
        lines.push(format!(
            "  {}",
            speaker.last_readable(view.service(), last, now)
        ));
    }
    if view.forked {
        let warning = pick(
            language,
            "  Somebody showed different messages to different parties. See my-home activity.",
            "  Iemand heeft verschillende partijen verschillende berichten laten zien. Zie my-home activity.",
        );
        lines.push(warning.to_owned());
    }
    lines
}

/// What was decided about a consent and is not out yet.
pub(crate) fn undelivered(step: Step, language: Language) -> &'static str {
    match step {
        Step::Pause => pick(
            language,
            "  Your pause waits for the node. Until then the service may still read along.",
            "  Je pauze wacht op het knooppunt. Tot dan kan de dienst blijven meelezen.",
        ),
        Step::Resume => pick(
            language,
            "  Resuming waits for the node.",
            "  Hervatten wacht op het knooppunt.",
        ),
        Step::Erase => pick(
            language,
            "  What you ask them to erase waits for the node.",
            "  Je vraag om te wissen wacht op het knooppunt.",
        ),
        _ => pick(
            language,
            "  Your stop waits for the node. Until then the service may still read along.",
            "  Stoppen wacht op het knooppunt. Tot dan kan de dienst blijven meelezen.",
        ),
    }
}

/// The same for programs.
pub(crate) fn consent_json(view: &ConsentView, now: u64) -> Value {
    json!({
        "id": view.id,
        "state": view.state_at(now),
        "service": view.service(),
        "site": view.signed.request().provider.site,
        "purpose": view.signed.request().purpose,
        "device": view.device,
        "agreement": view.agreement,
        "authorised_at": view.authorised_at,
        "last_readable": view.last_readable(),
        "delivery": view.delivery,
        "erasure_requested_at": view.erasure_requested_at,
        "purged": view.purged.map(|(at, readings)| json!({ "at": at, "readings": readings })),
        "forked": view.forked,
    })
}

/// A state in words that never mix up who ended it.
pub(crate) fn state_in_words(state: ConsentState, language: Language) -> &'static str {
    match state {
        ConsentState::Requested => {
            pick(language, "asked, not answered", "gevraagd, niet beantwoord")
        }
        ConsentState::Declined => pick(language, "you said no", "je hebt nee gezegd"),
        ConsentState::Lapsed => pick(language, "not answered in time", "niet op tijd beantwoord"),
        ConsentState::Malformed => pick(language, "not genuine", "niet echt"),
        ConsentState::Authorised => pick(
            language,
            "allowed, keys on their way",
            "toegestaan, sleutels onderweg",
        ),
        ConsentState::Granted => pick(
            language,
            "allowed, not read yet",
            "toegestaan, nog niet gelezen",
        ),
        ConsentState::Active => pick(language, "reads along", "leest mee"),
        ConsentState::Paused => pick(language, "paused by you", "door jou gepauzeerd"),
        ConsentState::Revoked => pick(language, "stopped by you", "door jou gestopt"),
        ConsentState::Expired => pick(language, "time is over", "tijd is om"),
        ConsentState::Terminated => {
            pick(language, "ended by the service", "door de dienst beëindigd")
        }
        ConsentState::DeviceLost => pick(language, "device removed", "apparaat verwijderd"),
        ConsentState::Erased => pick(language, "ended and erased", "gestopt en gewist"),
    }
}

/// A device.
pub(crate) fn device(view: &DeviceView, speaker: &Speaker) -> Vec<String> {
    let language = speaker.language();
    let added = speaker.day(view.added_at);
    let head = match (view.removed_at, language) {
        (None, Language::En) => format!("{}  {}  added on {added}", short(view.id), view.name),
        (None, Language::Nl) => format!("{}  {}  toegevoegd op {added}", short(view.id), view.name),
        (Some(at), Language::En) => format!(
            "{}  {}  removed on {}",
            short(view.id),
            view.name,
            speaker.day(at)
        ),
        (Some(at), Language::Nl) => format!(
            "{}  {}  verwijderd op {}",
            short(view.id),
            view.name,
            speaker.day(at)
        ),
    };
    let own = words::lanes(&view.owner_lanes, language);
    let own = match language {
        Language::En => format!("  you read: {own}"),
        Language::Nl => format!("  jij leest: {own}"),
    };
    vec![head, own]
}

/// A step of an end.
pub(crate) fn step(step: StopStep, service: &str, speaker: &Speaker, now: u64) -> String {
    let language = speaker.language();
    match step {
        StopStep::Told { .. } => pick(
            language,
            "Told the Pi and the service.",
            "De Pi en de dienst weten het.",
        )
        .to_owned(),
        StopStep::KeysChanged { last_readable, .. } => {
            let changed = pick(language, "Keys changed.", "Sleutels zijn veranderd.");
            match last_readable {
                Some(at) => format!("{changed} {}", speaker.last_readable(service, at, now)),
                None => changed.to_owned(),
            }
        }
        StopStep::ServiceStopped { .. } => match language {
            Language::En => format!("{service} has acknowledged."),
            Language::Nl => format!("{service} heeft bevestigd."),
        },
        StopStep::Erased { readings, .. } => match language {
            Language::En => {
                format!("{service} says that everything is erased: {readings} readings.")
            }
            Language::Nl => format!("{service} zegt dat alles gewist is: {readings} metingen."),
        },
    }
}
