//! The receipt of a yes: what was agreed as lines for a person, and the signed files for whoever has to check it.

use std::path::Path;

use consent::ConsentView;
use data_dir::{make_private_directory, write_private};
use serde::Serialize;
use specta::Type;

use crate::activity::ExportResult;
use crate::app::App;
use crate::problem::Problem;
use crate::terms::{LaneName, Tongue, seconds};

const DAY: u64 = 86_400;

/// What a receipt says, beside who asked and what for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
pub struct ReceiptLines {
    /// Its number, to quote it by.
    pub number: String,
    /// What was agreed on.
    pub lanes: Vec<LaneName>,
    /// From when.
    pub from: u32,
    /// Until when.
    pub until: u32,
    /// How many days of the past, if any.
    pub history_days: Option<u16>,
    /// Until when it is kept at most.
    pub kept_until: u32,
    /// When the person said yes.
    pub given_at: u32,
    /// The language that the request was shown in.
    pub language: Tongue,
}

impl ReceiptLines {
    pub(crate) fn of(view: &ConsentView) -> Self {
        let receipt = view.receipt.receipt();
        let agreement = receipt.agreement();
        let kept = u64::from(view.signed.request().handling.retention_days).saturating_mul(DAY);
        Self {
            number: receipt.consent().to_string(),
            lanes: agreement.lanes.iter().map(LaneName::from).collect(),
            from: seconds(agreement.from),
            until: seconds(agreement.until),
            history_days: agreement.history_days,
            kept_until: seconds(agreement.until.saturating_add(kept)),
            given_at: seconds(receipt.given_at()),
            language: receipt.language().into(),
        }
    }
}

impl App {
    /// The receipt as files in a folder, readable by its owner alone: to read it with a program, and as it was signed.
    ///
    /// # Errors
    /// [`Problem::NotFound`], or [`Problem::Export`] if the disk refuses.
    pub fn save_receipt(&self, consent: &str, folder: &Path) -> Result<ExportResult, Problem> {
        let wallet = self.wallet()?;
        let view = wallet.consent(wallet.find_consent(consent)?)?;
        let failed = |error: std::io::Error| Problem::Export {
            why: error.to_string(),
        };
        make_private_directory(folder).map_err(failed)?;
        let of = match self.language() {
            consent::Language::En => "Receipt of",
            consent::Language::Nl => "Bewijs van",
        };
        // A service may have asked more than once.
        let number = view.id.to_string();
        let number = number.get(..8).unwrap_or(&number);
        let name = format!("{of} {} {number}", crate::save::plain(view.service()));
        let json = view.receipt.json();
        let files = [
            ("json", json.as_bytes()),
            ("signed", view.receipt.as_bytes()),
        ];
        for (ending, bytes) in files {
            write_private(&folder.join(format!("{name}.{ending}")), bytes).map_err(failed)?;
        }
        Ok(ExportResult {
            folder: folder.display().to_string(),
            files: 2,
        })
    }
}
