//! The activity screen: each fact as a sentence, and a second line with what it means.

use super::errors::{fault, refusal};
use super::{Speaker, lanes, pick};
use crate::activity::{Activity, Fact};
use crate::journal::EXPORTED_ALL;
use crate::message::status::Alert;
use crate::state::ConsentState;
use crate::text::Language;

/// A line of the activity screen.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Sentence {
    /// What happened.
    pub headline: String,
    /// What it means, or what to do.
    pub detail: Option<String>,
}

impl Sentence {
    fn new(headline: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            headline: headline.into(),
            detail: Some(detail.into()),
        }
    }

    fn alone(headline: impl Into<String>) -> Self {
        Self {
            headline: headline.into(),
            detail: None,
        }
    }
}

impl Speaker {
    /// Says what happened.
    #[must_use]
    pub fn activity(&self, activity: &Activity) -> Sentence {
        let speaking = Speaking {
            speaker: self,
            language: self.language(),
            at: activity.at,
        };
        speaking.about(&activity.fact)
    }
}

/// What a wallet wrote for [`EXPORTED_ALL`] before it had a code for it.
const EXPORTED_ALL_BEFORE: &str = "activity, receipts, readings";

/// Whom the end came from, in the words that never mix them up.
struct Speaking<'a> {
    speaker: &'a Speaker,
    language: Language,
    at: u64,
}

impl Speaking<'_> {
    /// A table of sentences, complete or it does not compile.
    fn about(&self, fact: &Fact) -> Sentence {
        match fact {
            Fact::WalletCreated => {
                Sentence::alone(self.pick("Your wallet began here", "Je wallet begon hier"))
            }
            Fact::Exported { what } => self.exported(what),
            Fact::DeviceAdded { name, .. } => Sentence::new(
                self.name("You added {}", "Je hebt {} toegevoegd", name),
                self.pick(
                    "Nobody else can read it yet.",
                    "Nog niemand anders kan meelezen.",
                ),
            ),
            Fact::DeviceRenamed { from, to, .. } => Sentence::alone(match self.language {
                Language::En => format!("You renamed {from} to {to}"),
                Language::Nl => format!("Je hebt {from} hernoemd tot {to}"),
            }),
            Fact::DeviceDeleted { name, .. } => Sentence::new(
                self.name("You removed {}", "Je hebt {} verwijderd", name),
                self.pick(
                    "Everything shared from it has ended.",
                    "Alles wat je ervan deelde is gestopt.",
                ),
            ),
            Fact::OwnerLanes {
                name, lanes: set, ..
            } if set.is_empty() => Sentence::alone(self.name(
                "You no longer follow {} yourself",
                "Je volgt {} zelf niet meer",
                name,
            )),
            Fact::OwnerLanes {
                name, lanes: set, ..
            } => Sentence::new(
                self.name("You follow {} yourself", "Je volgt {} zelf", name),
                format!("{}.", capital(&lanes(set, self.language))),
            ),
            Fact::DeviceReported { name, alert, .. } => self.alert(name, alert),
            Fact::DeviceRefused {
                name, service, why, ..
            } => Sentence::new(
                match (service, self.language) {
                    (Some(service), Language::En) => {
                        format!("{name} could not do what you asked for {service}")
                    }
                    (Some(service), Language::Nl) => {
                        format!("{name} kon niet doen wat je vroeg voor {service}")
                    }
                    (None, Language::En) => format!("{name} could not do what you asked"),
                    (None, Language::Nl) => format!("{name} kon niet doen wat je vroeg"),
                },
                refusal(*why, self.language),
            ),
            Fact::RequestOpened {
                service,
                site_checked,
                ..
            } => Sentence::new(
                self.name(
                    "{} asked to see your data",
                    "{} vroeg om mee te kijken",
                    service,
                ),
                if *site_checked {
                    self.pick(
                        "Name and site are checked. Nothing is shared yet.",
                        "Naam en site zijn gecontroleerd. Er is nog niets gedeeld.",
                    )
                } else {
                    self.pick(
                        "The site could not be checked. Nothing is shared yet.",
                        "De site kon niet worden gecontroleerd. Er is nog niets gedeeld.",
                    )
                },
            ),
            Fact::RequestRefused {
                claimed_name, why, ..
            } => Sentence::new(
                match (claimed_name, self.language) {
                    (Some(name), Language::En) => {
                        format!("A request in the name of {name} was not shown")
                    }
                    (Some(name), Language::Nl) => {
                        format!("Een verzoek op naam van {name} is niet getoond")
                    }
                    (None, Language::En) => "A request was not shown".into(),
                    (None, Language::Nl) => "Een verzoek is niet getoond".into(),
                },
                fault(*why, self.language),
            ),
            Fact::RequestLapsed { service, .. } => Sentence::new(
                self.name(
                    "The request of {} ran out",
                    "Het verzoek van {} is verlopen",
                    service,
                ),
                self.pick(
                    "You did not answer it. Nothing was shared.",
                    "Je hebt het niet beantwoord. Er is niets gedeeld.",
                ),
            ),
            Fact::Declined { service, .. } => Sentence::new(
                self.name("You said no to {}", "Je zei nee tegen {}", service),
                self.pick(
                    "They were told. Nothing was shared.",
                    "Ze hebben het gehoord. Er is niets gedeeld.",
                ),
            ),
            Fact::Authorised {
                service,
                lanes: set,
                until,
                history_days,
                ..
            } => Sentence::new(
                self.name("You said yes to {}", "Je zei ja tegen {}", service),
                self.shared(&lanes(set, self.language), *until, *history_days),
            ),
            Fact::Granted { service, .. } => Sentence::alone(self.name(
                "{} can see your data from now on",
                "{} kan vanaf nu meekijken",
                service,
            )),
            Fact::Accepted { service, .. } => Sentence::alone(self.name(
                "{} confirmed that it sees your data",
                "{} bevestigde dat het meekijkt",
                service,
            )),
            Fact::Paused { service, .. } => {
                Sentence::alone(self.name("You paused {}", "Je hebt {} gepauzeerd", service))
            }
            Fact::PauseHolds { service, last_readable, .. } => Sentence::new(
                self.name("The pause of {} holds", "De pauze van {} is ingegaan", service),
                self.last_reading(*last_readable),
            ),
            Fact::Resumed { service, .. } => {
                Sentence::alone(self.name("You resumed {}", "Je hebt {} hervat", service))
            }
            Fact::ResumeHolds { service, .. } => Sentence::new(
                self.name("{} can see your data again", "{} kan weer meekijken", service),
                self.pick("Not what was measured during the pause.", "Niet wat tijdens de pauze is gemeten."),
            ),
            Fact::Stopped { service, .. } => Sentence::new(
                self.name("You stopped {}", "Je bent gestopt met delen met {}", service),
                self.pick("The Pi is told to lock them out.", "De Pi krijgt bericht om ze buiten te sluiten."),
            ),
            Fact::Closed { service, end, last_readable, .. } => {
                Sentence::new(self.ended(service, *end), self.last_reading(*last_readable))
            }
            Fact::StopConfirmed { service, .. } => {
                Sentence::alone(self.name("{} confirmed that it has stopped", "{} bevestigde dat het is gestopt", service))
            }
            Fact::Terminated { service, .. } => Sentence::new(
                self.ended(service, ConsentState::Terminated),
                self.pick("What they already have, you can ask them to erase.", "Wat ze al hebben, kun je laten wissen."),
            ),
            Fact::ErasureRequested { service, .. } => Sentence::new(
                self.name("You asked {} to erase what it has", "Je vroeg {} te wissen wat het heeft", service),
                self.pick("They have a month to answer.", "Ze hebben een maand om te antwoorden."),
            ),
            Fact::Purged { service, readings, .. } => Sentence::new(
                self.name("{} says it has erased everything", "{} zegt dat alles is gewist", service),
                match self.language {
                    Language::En => format!("{readings} readings, by their own count."),
                    Language::Nl => format!("{readings} metingen, naar eigen zeggen."),
                },
            ),
            Fact::LogForked { service, .. } => Sentence::new(
                self.name("Messages about {} do not match", "Berichten over {} kloppen niet met elkaar", service),
                self.pick(
                    "Somebody showed you and them different ones. Stop it, and keep this as evidence.",
                    "Iemand liet jou en hen verschillende berichten zien. Stop het, en bewaar dit als bewijs.",
                ),
            ),
        }
    }

    fn ended(&self, service: &str, end: ConsentState) -> String {
        match end {
            ConsentState::Expired => self.name(
                "The permission of {} ran out",
                "De toestemming van {} is afgelopen",
                service,
            ),
            ConsentState::Terminated => {
                self.name("{} ended it", "{} is er zelf mee gestopt", service)
            }
            ConsentState::DeviceLost => self.name(
                "{} ended because you removed the Pi",
                "{} is gestopt omdat je de Pi hebt verwijderd",
                service,
            ),
            _ => self.name("{} is locked out", "{} is buitengesloten", service),
        }
    }

    fn last_reading(&self, last_readable: Option<u64>) -> String {
        match (last_readable, self.language) {
            (Some(unix), Language::En) => {
                format!(
                    "The last reading they can open is from before {}.",
                    self.speaker.moment(unix, self.at)
                )
            }
            (Some(unix), Language::Nl) => {
                format!(
                    "De laatste meting die ze kunnen openen is van voor {}.",
                    self.speaker.moment(unix, self.at)
                )
            }
            (None, Language::En) => "They never saw anything.".into(),
            (None, Language::Nl) => "Ze hebben nooit iets gezien.".into(),
        }
    }

    fn shared(&self, what: &str, until: u64, history_days: Option<u16>) -> String {
        let until = self.speaker.until(until);
        let what = capital(what);
        match (history_days, self.language) {
            (None, Language::En) => format!("{what}, {until}."),
            (None, Language::Nl) => format!("{what}, {until}."),
            (Some(days), Language::En) => {
                format!("{what}, {until}, and the past {days} days.")
            }
            (Some(days), Language::Nl) => {
                format!("{what}, {until}, en de afgelopen {days} dagen.")
            }
        }
    }

    fn alert(&self, name: &str, alert: &Alert) -> Sentence {
        match alert {
            Alert::MeterSilent { since } => {
                let since = self.speaker.moment(*since, self.at);
                Sentence::new(
                    self.name("{} went quiet", "{} is stil", name),
                    match self.language {
                        Language::En => format!("No reading since {since}. Check the cable to the meter."),
                        Language::Nl => format!("Geen meting sinds {since}. Kijk naar de kabel van de meter."),
                    },
                )
            }
            Alert::MeterBack => Sentence::alone(self.name("{} measures again", "{} meet weer", name)),
            Alert::MeterReplaced => Sentence::new(
                self.name("The meter of {} was replaced", "De meter van {} is vervangen", name),
                self.pick("Counting starts anew; your history stays.", "Het tellen begint opnieuw; je geschiedenis blijft."),
            ),
            Alert::OldStateRestored => Sentence::new(
                self.name("{} woke up with an old memory", "{} werd wakker met een oud geheugen", name),
                self.pick(
                    "An old copy of its card was put back. It changed all keys; nothing was lost or shared.",
                    "Er is een oude kopie van zijn kaart teruggezet. Alle sleutels zijn vervangen; er is niets verloren of gedeeld.",
                ),
            ),
            Alert::ForkSeen { .. } => Sentence::new(
                self.name("There is a second {}", "Er is een tweede {}", name),
                self.pick(
                    "Somebody sends with a copy of its memory. Remove it and add it again.",
                    "Iemand zendt met een kopie van zijn geheugen. Verwijder hem en voeg hem opnieuw toe.",
                ),
            ),
            Alert::ClockUntrusted => Sentence::new(
                self.name("{} does not know what time it is", "{} weet niet hoe laat het is", name),
                self.pick("It keeps its readings and sends them when it does.", "Hij bewaart zijn metingen en stuurt ze zodra hij het weet."),
            ),
            Alert::DiskNearlyFull { .. } => Sentence::new(
                self.name("{} has little room left", "{} heeft weinig ruimte over", name),
                self.pick("It removes the oldest readings first.", "Hij verwijdert de oudste metingen het eerst."),
            ),
        }
    }

    /// Puts a name into a sentence.
    fn exported(&self, what: &str) -> Sentence {
        Sentence::alone(match (what, self.language) {
            (EXPORTED_ALL | EXPORTED_ALL_BEFORE, _) => self
                .pick(
                    "You exported your activity, receipts and readings",
                    "Je hebt je activiteit, bewijzen en metingen geëxporteerd",
                )
                .into(),
            (what, Language::En) => format!("You exported {what}"),
            (what, Language::Nl) => format!("Je hebt {what} geëxporteerd"),
        })
    }

    fn name(&self, en: &str, nl: &str, name: &str) -> String {
        self.pick(en, nl).replacen("{}", name, 1)
    }

    fn pick<'a>(&self, en: &'a str, nl: &'a str) -> &'a str {
        pick(self.language, en, nl)
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}
