//! A pairing code on a terminal.

use anyhow::Context as _;
use data_dir::output::print;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

use super::mind;
use crate::meters::MeterName;
use crate::socket::Answer;
use crate::words::until;

/// What is shown beside the code.
#[derive(Clone, Copy, Default)]
pub(super) struct Shown<'a> {
    /// Which of several meters it is.
    pub(super) meter: Option<&'a MeterName>,
    /// What keeps wallets nearby from finding it.
    pub(super) trouble: Option<&'a str>,
}

/// Prints what the daemon answered: the code as JSON for programs, as QR code and text for people.
pub(super) fn code(answer: Answer, beside: Shown<'_>, json: bool) -> anyhow::Result<()> {
    match answer {
        Answer::Code {
            code,
            typed,
            window,
        } if json => {
            let mut said = serde_json::json!({
                "code": code, "typed": typed, "window_seconds": window, "radio_trouble": beside.trouble,
            });
            if let (Some(meter), Some(said)) = (beside.meter, said.as_object_mut()) {
                said.insert("meter".to_owned(), meter.to_string().into());
            }
            Ok(print(said)?)
        }
        Answer::Code {
            code,
            typed,
            window,
        } => people(&code, &typed, beside, window),
        Answer::Refused { why } => anyhow::bail!("{why}"),
        _ => anyhow::bail!("the running pi-daemon gave an answer of another version; restart it"),
    }
}

fn people(code: &str, typed: &str, beside: Shown<'_>, window: u32) -> anyhow::Result<()> {
    let drawn = QrCode::new(code)
        .context("the code does not fit into a QR code")?
        .render::<Dense1x2>()
        .quiet_zone(true)
        .build();
    if let Some(meter) = beside.meter {
        print(format_args!("The meter {meter}:"))?;
    }
    print(drawn)?;
    print(format_args!(
        "Scan this with My Home, or paste it there:\n\n  {code}\n\nor type it:\n\n  {typed}\n"
    ))?;
    print(
        "Whoever has this code can become the owner of this meter while the window is open: keep it to yourself.",
    )?;
    match window {
        0 => print(
            "The window opens for two minutes whenever a device without an owner is switched on, and with: pi-daemon pair",
        )?,
        seconds => print(format_args!(
            "The pairing window is open for another {}.",
            until(seconds)
        ))?,
    }
    Ok(mind(beside.trouble)?)
}
