//! A letter to the authority about a service: who, what, and what happened, so that only the complaint itself is left to
//! write. It is made here and goes nowhere by itself.

use std::path::{Path, PathBuf};

use consent::words::Speaker;
use consent::{Activity, ConsentView, Language};
use data_dir::{make_private_directory, write_private};
use wallet::Wallet;

use crate::activity::{ExportResult, is_about};
use crate::app::App;
use crate::problem::Problem;
use crate::terms::Tongue;

impl App {
    /// The letter about one consent in one language, as text.
    ///
    /// # Errors
    /// [`Problem::NotFound`].
    pub fn complaint(&self, consent: &str, language: Tongue) -> Result<String, Problem> {
        let wallet = self.wallet()?;
        let view = wallet.consent(wallet.find_consent(consent)?)?;
        let letter = Letter {
            speaker: Speaker::new(language.into(), self.options.zone.clone()),
            now: self.now(),
        };
        Ok(letter.about(&wallet, &view))
    }

    /// The same as a file in a folder, readable by its owner alone.
    ///
    /// # Errors
    /// [`Problem::NotFound`], or [`Problem::Export`] if the disk refuses.
    pub fn save_complaint(
        &self,
        consent: &str,
        language: Tongue,
        folder: &Path,
    ) -> Result<ExportResult, Problem> {
        let letter = self.complaint(consent, language)?;
        let wallet = self.wallet()?;
        let view = wallet.consent(wallet.find_consent(consent)?)?;
        let failed = |error: std::io::Error| Problem::Export {
            why: error.to_string(),
        };
        make_private_directory(folder).map_err(failed)?;
        let about = match language {
            Tongue::En => "Complaint about",
            Tongue::Nl => "Klacht over",
        };
        let name = format!("{about} {}", crate::save::plain(view.service()));
        write_private(&unused(folder, &name), letter.as_bytes()).map_err(failed)?;
        Ok(ExportResult {
            folder: folder.display().to_string(),
            files: 1,
        })
    }
}

/// A letter that lies there may have been written in.
fn unused(folder: &Path, name: &str) -> PathBuf {
    let first = folder.join(format!("{name}.txt"));
    let further = (2..=u32::MAX).map(|number| folder.join(format!("{name} ({number}).txt")));
    let mut paths = std::iter::once(first.clone()).chain(further);
    paths.find(|path| !path.exists()).unwrap_or(first)
}

struct Letter {
    speaker: Speaker,
    now: u64,
}

impl Letter {
    fn about(&self, wallet: &Wallet, view: &ConsentView) -> String {
        let parts = [
            self.head(view),
            self.who(view, wallet.site_checked(view.id)),
            self.what(view),
            self.happened(wallet, view),
            self.foot(),
        ];
        parts.join("\n\n") + "\n"
    }

    fn head(&self, view: &ConsentView) -> String {
        let authority = &view.signed.request().provider.complaint_authority;
        [
            authority.name.text(self.language()),
            &authority.url,
            "",
            &self.speaker.day(self.now),
            "",
            &format!(
                "{} {}",
                self.say("Complaint about", "Klacht over"),
                view.service()
            ),
        ]
        .join("\n")
    }

    fn who(&self, view: &ConsentView, site_checked: bool) -> String {
        let provider = &view.signed.request().provider;
        let checked = match site_checked {
            true => self.say("checked", "gecontroleerd"),
            false => self.say("could not be checked", "kon niet worden gecontroleerd"),
        };
        [
            self.say("WHO", "WIE").to_owned(),
            format!("{}, {} ({checked})", provider.name, provider.site),
            format!("{}: {}", self.say("Contact", "Contact"), provider.contact),
            format!(
                "{}: {}",
                self.say("Privacy notice", "Privacyverklaring"),
                provider.privacy_notice.url
            ),
        ]
        .join("\n")
    }

    fn what(&self, view: &ConsentView) -> String {
        let agreement = &view.agreement;
        let purpose = &view.signed.request().purpose.text;
        let mut lines = vec![
            self.say("WHAT I AGREED TO", "WAAR IK JA OP ZEI").to_owned(),
            format!(
                "{} {}",
                self.say("For: to", "Voor: om"),
                purpose.text(self.language())
            ),
            consent::words::lanes(&agreement.lanes, self.language()),
            format!(
                "{} {} {}",
                self.say("From", "Van"),
                self.speaker.day(agreement.from),
                self.speaker.until(agreement.until)
            ),
        ];
        lines.extend(agreement.history_days.map(|days| match self.language() {
            Language::En => format!("And the {days} days before it"),
            Language::Nl => format!("En de {days} dagen ervoor"),
        }));
        lines.push(format!(
            "{}: {}",
            self.say("Number of the permission", "Nummer van de toestemming"),
            view.id
        ));
        lines.push(format!(
            "{}: {}",
            self.say(
                "SHA-256 of the signed receipt",
                "SHA-256 van het ondertekende bewijs"
            ),
            view.receipt.hash()
        ));
        lines.join("\n")
    }

    fn happened(&self, wallet: &Wallet, view: &ConsentView) -> String {
        let about = wallet.with_activity(|activity| -> Vec<Activity> {
            let about = activity.iter().filter(|line| is_about(&line.fact, view.id));
            about.cloned().collect()
        });
        let lines = about.iter().map(|line| {
            let said = self.speaker.activity(line);
            let detail = said.detail.map(|detail| format!(". {detail}"));
            let when = format!(
                "{}, {}",
                self.speaker.day(line.at),
                self.speaker.second(line.at)
            );
            format!("{when}: {}{}", said.headline, detail.unwrap_or_default())
        });
        let heading = self.say("WHAT HAPPENED", "WAT ER GEBEURDE").to_owned();
        std::iter::once(heading)
            .chain(lines)
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn foot(&self) -> String {
        [
            self.say("MY COMPLAINT", "MIJN KLACHT"),
            self.say(
                "[Write here what went wrong, and what you ask for.]",
                "[Schrijf hier wat er misging, en wat je vraagt.]",
            ),
            "",
            self.say(
                "I have the receipt that was signed when I agreed, and can send it.",
                "Ik heb het bewijs dat is ondertekend toen ik ja zei, en kan het sturen.",
            ),
            "",
            self.say("[Your name and address]", "[Je naam en adres]"),
        ]
        .join("\n")
    }

    fn language(&self) -> Language {
        self.speaker.language()
    }

    fn say(&self, en: &'static str, nl: &'static str) -> &'static str {
        match self.language() {
            Language::En => en,
            Language::Nl => nl,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::unused;

    #[test]
    fn a_letter_that_somebody_wrote_in_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["Klacht.txt", "Klacht (2).txt", "Klacht (3).txt"] {
            let path = unused(folder.path(), "Klacht");
            assert_eq!(path, folder.path().join(name));
            std::fs::write(path, "mine").unwrap();
        }
    }
}
