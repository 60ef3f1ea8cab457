//! `pi-daemon setup`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use data_dir::DataDir;
use pairing::PairingCode;

use super::show::{self, Shown};
use super::{Which, ask, mind, radio};
use crate::bluetooth::{self, Choice};
use crate::clock::{Clock as _, SystemClock};
use crate::meter::serial;
use crate::socket::{Answer, Request};
use crate::status::RadioReport;
use crate::{PROGRAM, at_rest, wifi};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    which: Which,
    /// Print the code as JSON.
    #[arg(long)]
    json: bool,
    /// Replace the code's secret, as after somebody photographed it.
    #[arg(long)]
    new_secret: bool,
    /// The Bluetooth adapter to look at where no daemon runs that says which one it uses.
    #[arg(
        long,
        value_name = "ADAPTER",
        env = "PI_DAEMON_BLUETOOTH",
        default_value = "auto"
    )]
    bluetooth: Choice,
    /// Write the code for an NFC tag into this file, as an NDEF message that any program for tags takes.
    #[arg(long, value_name = "FILE")]
    nfc: Option<PathBuf>,
    /// A web page whose address ends with /pair, which phones open by themselves when they touch the tag.
    #[arg(long, value_name = "URL", requires = "nfc")]
    nfc_page: Option<String>,
}

pub(super) async fn run(options: Options) -> anyhow::Result<()> {
    let request = Request::Code {
        new_secret: options.new_secret,
    };
    let data_dir = options.which.data_dir_to_be()?;
    let answer = match ask(&data_dir, &request).await? {
        Some(answer) => answer,
        None => create(&data_dir, &options)?,
    };
    if let (Some(file), Answer::Code { code, .. }) = (&options.nfc, &answer) {
        write_tag(code, options.nfc_page.as_deref(), file)?;
    }
    let radio = match radio(&data_dir).await? {
        Some(radio) => radio,
        None => bluetooth::look(&options.bluetooth).await,
    };
    let shown = Shown {
        meter: options.which.meter.as_ref(),
        trouble: radio.trouble.as_deref(),
    };
    show::code(answer, shown, options.json)?;
    if !options.json {
        what_else_is_missing(&radio).await?;
    }
    Ok(())
}

/// What this computer still lacks, beside a radio, for reading a meter, pairing nearby and joining a Wi-Fi network, a sentence each. None of it keeps
/// the daemon from running.
async fn what_else_is_missing(radio: &RadioReport) -> anyhow::Result<()> {
    let cable = serial::why_no_cable().map(|trouble| trouble.to_string());
    let is_used = radio.adapter.is_some() || radio.trouble.is_some();
    let settings = is_used.then(bluetooth::settings_to_change).flatten();
    let missing = cable.into_iter().chain(settings);
    for sentence in missing.chain(wifi::what_is_missing().await) {
        mind(Some(&sentence))?;
    }
    Ok(())
}

/// Whoever reads the tag has the code, and so has whoever reads the file: only its owner may.
fn write_tag(code: &str, page: Option<&str>, file: &Path) -> anyhow::Result<()> {
    let code: PairingCode = code.parse()?;
    let message = code.to_ndef(page)?;
    data_dir::write_private(file, &message)
        .with_context(|| format!("{} could not be written", file.display()))?;
    eprintln!(
        "{} holds {} bytes for an NFC tag. Erase it once the tag is written.",
        file.display(),
        message.len()
    );
    Ok(())
}

fn create(data_dir: &Path, options: &Options) -> anyhow::Result<Answer> {
    let mut device = at_rest(DataDir::open(data_dir, PROGRAM)?)?;
    Ok(device.code(options.new_secret, SystemClock.unix())?)
}
