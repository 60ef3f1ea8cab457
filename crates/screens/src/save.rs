//! A meter's period as files: a picture, or its data for other programs.

use std::path::{Path, PathBuf};

use consent::{DeviceId, DeviceView};
use data_dir::{make_private_directory, write_private};
use readings::{Granularity, Kind, Lane};
use serde::Deserialize;
use specta::Type;
use wallet::{Rows, Wallet};

use crate::activity::ExportResult;
use crate::app::App;
use crate::meter::{MeterScreen, Period};
use crate::problem::Problem;

mod pictures;
mod words;

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum FileForm {
    /// A picture of pixels.
    Png,
    /// A picture of lines.
    Svg,
    /// A table as text.
    Csv,
    /// A table for programs.
    Parquet,
    /// Energy as an Atom feed (NAESB REQ.21).
    GreenButton,
}

impl FileForm {
    fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::GreenButton => "xml",
        }
    }
}

impl App {
    /// Writes what the screen of a meter shows of a period into a folder, readable by its owner alone. A table has a file
    /// for each kind of data.
    ///
    /// # Errors
    /// [`Problem::NothingMeasured`], or [`Problem::Export`] if the disk refuses.
    pub fn save_meter(
        &self,
        meter: &str,
        period: Period,
        day: Option<&str>,
        form: FileForm,
        folder: &Path,
    ) -> Result<ExportResult, Problem> {
        let screen = self.meter(meter, period, day)?;
        let wallet = self.wallet()?;
        let device = crate::home::running(&wallet)
            .into_iter()
            .find(|device| device.id.to_string() == screen.id);
        let device = device.ok_or(Problem::NotFound)?;
        let files = match form {
            FileForm::Png | FileForm::Svg => {
                pictures::of(&screen, self.language(), &self.options.zone, form)?
            }
            FileForm::Csv | FileForm::Parquet => tables(&wallet, device.id, &screen, form)?,
            FileForm::GreenButton => green_button(&wallet, &device, &screen)?,
        };
        if files.is_empty() {
            return Err(Problem::NothingMeasured);
        }
        let failed = |error: std::io::Error| Problem::Export {
            why: error.to_string(),
        };
        make_private_directory(folder).map_err(failed)?;
        let name = format!("{} {}", plain(&screen.name), named(&screen));
        for File { part, bytes } in &files {
            let ending = form.ending();
            let path: PathBuf = folder.join(format!("{name}{part}.{ending}"));
            write_private(&path, bytes).map_err(failed)?;
        }
        Ok(ExportResult {
            folder: folder.display().to_string(),
            files: u32::try_from(files.len()).unwrap_or(u32::MAX),
        })
    }
}

/// A file that is to be written: what its name has more than the others, and what is in it.
struct File {
    part: String,
    bytes: Vec<u8>,
}

impl File {
    fn whole(bytes: Vec<u8>) -> Self {
        Self {
            part: String::new(),
            bytes,
        }
    }
}

/// How finely a period is written: as finely as its graph is drawn from.
fn fineness(period: Period) -> Granularity {
    match period {
        Period::Live => Granularity::Live,
        Period::Day | Period::Week | Period::Month => Granularity::QuarterHour,
        Period::Year => Granularity::Day,
    }
}

fn tables(
    wallet: &Wallet,
    device: DeviceId,
    screen: &MeterScreen,
    form: FileForm,
) -> Result<Vec<File>, Problem> {
    let mut files = Vec::new();
    for kind in Kind::ALL {
        let lane = Lane::new(fineness(screen.period), kind);
        let rows: Rows = wallet.rows(device, lane, screen.from.into(), screen.to.into())?;
        if rows.is_empty() {
            continue;
        }
        let bytes = match form {
            FileForm::Parquet => rows.to_parquet()?,
            _ => rows.to_csv().into_bytes(),
        };
        files.push(File {
            part: format!(" {kind}"),
            bytes,
        });
    }
    Ok(files)
}

fn green_button(
    wallet: &Wallet,
    device: &DeviceView,
    screen: &MeterScreen,
) -> Result<Vec<File>, Problem> {
    // It knows intervals only.
    let fineness = match fineness(screen.period) {
        Granularity::Live => Granularity::QuarterHour,
        other => other,
    };
    let file = wallet.green_button(device, fineness, screen.from.into(), screen.to.into())?;
    Ok(file.map(File::whole).into_iter().collect())
}

/// What a file of this period is called after the meter's name: the same period has the same name.
fn named(screen: &MeterScreen) -> String {
    let day = &screen.day;
    let first = |letters: usize| day.get(..letters).unwrap_or(day).to_owned();
    match screen.period {
        Period::Live => format!("live {}", screen.now),
        Period::Day => day.clone(),
        Period::Week => format!("week {day}"),
        Period::Month => first(7),
        Period::Year => first(4),
    }
}

/// A name that every file system takes.
pub(crate) fn plain(name: &str) -> String {
    let allowed = |letter: char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_');
    let plain: String = name
        .chars()
        .map(|letter| if allowed(letter) { letter } else { '-' })
        .take(60)
        .collect();
    plain.trim().to_owned()
}

#[cfg(test)]
mod tests;
