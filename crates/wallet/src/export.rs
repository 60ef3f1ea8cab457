//! Taking everything along: activity with a signature, receipts as they were signed, own readings as CSV, Parquet and
//! Green Button.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use consent::words::Speaker;
use consent::{DeviceView, EXPORTED_ALL, JournalEntry, JournalHead, Language};
use data_dir::{make_private_directory, write_private};
use data_encoding::{BASE64, HEXLOWER};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use readings::{Granularity, Lane};
use serde_json::{Value, json};

use crate::error::WalletError;
use crate::store::StoredEntry;
use crate::wallet::Wallet;

/// The context of the signature over the exported activity.
const CONTEXT: &str = "export";

/// What was written.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Exported {
    /// The files, in a directory that only their owner can read.
    pub files: Vec<PathBuf>,
}

impl Wallet {
    /// Writes `activity.json`, its signature, the same as a table in the wallet's language (`activity.csv`), receipts and
    /// readings into a directory.
    ///
    /// The activity names no secret: what stands in the journal beside it (keys of conversations) stays home. Each
    /// line carries the hash of its entry, and the whole file is signed with the key of the journal.
    ///
    /// # Errors
    /// [`WalletError::Export`] if a file cannot be written.
    pub async fn export(&self, directory: &Path) -> Result<Exported, WalletError> {
        self.refresh().await?;
        let what = EXPORTED_ALL.to_owned();
        self.act(JournalEntry::Exported { what }).await?;
        let mut export = Export {
            directory,
            files: Vec::new(),
        };
        make_private_directory(directory).map_err(|source| failed(directory, source))?;
        self.export_activity(&mut export)?;
        export.write("activity.csv", self.activity_table()?.as_bytes())?;
        self.export_receipts(&mut export)?;
        self.export_readings(&mut export)?;
        Ok(Exported {
            files: export.files,
        })
    }

    fn export_activity(&self, export: &mut Export<'_>) -> Result<(), WalletError> {
        let signer = self.keys.journal_signer();
        let document = json!({
            "format": "meterkast-activity/1",
            "network": self.inner().view.network(),
            "exported_at": self.now(),
            "entries": self.lines()?,
        });
        let bytes = serde_json::to_vec_pretty(&document).unwrap_or_default();
        let signature = signer.sign(CONTEXT, &bytes, &mut crate::random())?;
        let proof = json!({
            "signs": "activity.json",
            "algorithm": "ML-DSA-65",
            "context": format!("mk1/{CONTEXT}"),
            "key": BASE64.encode(signer.verifying().as_bytes()),
            "signature": BASE64.encode(&signature),
        });
        export.write("activity.json", &bytes)?;
        export.write(
            "activity.json.signature",
            &serde_json::to_vec_pretty(&proof).unwrap_or_default(),
        )
    }

    fn lines(&self) -> Result<Vec<Value>, WalletError> {
        let inner = self.inner();
        let activity = inner.view.activity();
        let mut head = JournalHead::START;
        let mut lines = Vec::new();
        for entry in inner.store.journal() {
            let StoredEntry {
                body, signature, ..
            } = entry?;
            let previous = head.hash;
            let record = head.read(&body)?;
            let fact = activity.iter().find(|line| line.number == record.number);
            let mut line = fact.map_or_else(
                || json!({ "number": record.number, "at": record.at, "fact": "bookkeeping" }),
                |fact| serde_json::to_value(fact).unwrap_or_default(),
            );
            if let Value::Object(fields) = &mut line {
                fields.insert("entry_sha256".into(), head.hash.to_string().into());
                fields.insert("previous_sha256".into(), previous.to_string().into());
                fields.insert("entry_signature".into(), BASE64.encode(&signature).into());
            }
            lines.push(line);
        }
        Ok(lines)
    }

    /// What happened as a table for people: each line in words, with the hash by which `activity.json` proves it.
    fn activity_table(&self) -> Result<String, WalletError> {
        let language = self.settings()?.language;
        let language = language.map_or(Language::En, |tag| Language::of_locale(&tag));
        let speaker = Speaker::new(language, TimeZone::system());
        let activity = self.activity();
        let known: BTreeMap<u64, _> = activity
            .iter()
            .map(|known| (known.number.into(), known))
            .collect();
        let mut table = "number,time,what,detail,fact,entry_sha256\n".to_owned();
        for line in self.lines()? {
            let number = line.get("number").and_then(Value::as_u64);
            let text = |name: &str| line.get(name).and_then(Value::as_str).unwrap_or_default();
            let Some(known) = number.and_then(|number| known.get(&number)) else {
                continue;
            };
            let sentence = speaker.activity(known);
            let at = i64::try_from(known.at).unwrap_or(i64::MAX);
            let fields = [
                known.number.to_string(),
                Timestamp::from_second(at).unwrap_or_default().to_string(),
                sentence.headline,
                sentence.detail.unwrap_or_default(),
                text("fact").to_owned(),
                text("entry_sha256").to_owned(),
            ];
            table.push_str(&fields.map(|text| field(&text)).join(","));
            table.push('\n');
        }
        Ok(table)
    }

    fn export_receipts(&self, export: &mut Export<'_>) -> Result<(), WalletError> {
        for consent in self.consents() {
            export.write(
                &format!("receipt-{}.json", consent.id),
                consent.receipt.json().as_bytes(),
            )?;
            export.write(
                &format!("receipt-{}.signed", consent.id),
                consent.receipt.as_bytes(),
            )?;
        }
        Ok(())
    }

    fn export_readings(&self, export: &mut Export<'_>) -> Result<(), WalletError> {
        for device in self.devices() {
            let name = short_id(&device);
            for lane in Lane::ALL {
                let rows = self.rows(device.id, lane, 0, u64::MAX)?;
                if !rows.is_empty() {
                    let name = format!("readings-{name}-{}", lane.to_string().replace('/', "-"));
                    export.write(&format!("{name}.csv"), rows.to_csv().as_bytes())?;
                    export.write(&format!("{name}.parquet"), &rows.to_parquet()?)?;
                }
            }
            if let Some(file) = self.green_button(&device, Granularity::QuarterHour, 0, u64::MAX)? {
                export.write(&format!("green-button-{name}.xml"), &file)?;
            }
        }
        Ok(())
    }
}

/// A field of a table (RFC 4180). Names are strangers' text: what a spreadsheet would take for a formula is text.
fn field(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = text.replace('"', "\"\"");
    let mark = if formula { "'" } else { "" };
    format!("\"{mark}{text}\"")
}

fn short_id(device: &DeviceView) -> String {
    HEXLOWER.encode(
        device
            .id
            .as_bytes()
            .first_chunk::<4>()
            .map_or(&[], |chunk| chunk),
    )
}

struct Export<'a> {
    directory: &'a Path,
    files: Vec<PathBuf>,
}

impl Export<'_> {
    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), WalletError> {
        let path = self.directory.join(name);
        write_private(&path, bytes).map_err(|source| failed(&path, source))?;
        self.files.push(path);
        Ok(())
    }
}

fn failed(path: &Path, source: std::io::Error) -> WalletError {
    WalletError::Export {
        path: path.display().to_string(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn a_strangers_name_is_text_in_a_spreadsheet() {
        assert_eq!(field("You stopped Wattt"), "\"You stopped Wattt\"");
        assert_eq!(field("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(field("=HYPERLINK(1)"), "\"'=HYPERLINK(1)\"");
    }
}
