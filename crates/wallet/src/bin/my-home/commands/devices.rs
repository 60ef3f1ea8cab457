//! Meters: listing, renaming, removing.

use serde_json::{Value, json};

use super::{deliver, text};
use crate::answer::Answer;
use crate::fault::Fault;
use crate::options::Options;
use crate::session::Session;
use crate::show::{self, pick};

pub(crate) async fn list(options: &Options) -> Result<Answer, Fault> {
    let session = Session::open(options).await?;
    let offline = session.refresh().await?;
    let devices = session.wallet.devices();
    let mut answer = Answer::default();
    if devices.is_empty() {
        let nothing = pick(
            session.language(),
            "No meter yet: my-home pair CODE",
            "Nog geen meter: my-home pair CODE",
        );
        answer.say(nothing);
    }
    let mut all: Vec<Value> = Vec::new();
    for device in &devices {
        let status = session.wallet.device_status(device.id)?;
        show::device(device, &session.speaker)
            .into_iter()
            .for_each(|line| {
                answer.say(line);
            });
        let seen = session.wallet.last_measured(device.id)?;
        if let Some(seen) = seen {
            let seen = session.speaker.moment(seen, session.wallet.time());
            answer.say(text(
                session.language(),
                format!("  measures, as far as is known, until {seen}"),
                format!("  meet, voor zover bekend, tot {seen}"),
            ));
        }
        all.push(json!({
            "id": device.id,
            "name": device.name,
            "added_at": device.added_at,
            "removed_at": device.removed_at,
            "lanes": device.lanes,
            "owner_lanes": device.owner_lanes,
            "last_measured": seen,
            "last_telegram": status.as_ref().and_then(|status| status.last_telegram),
            "software": status.as_ref().map(|status| status.software.clone()),
        }));
    }
    answer.set("devices", all);
    Ok(answer.offline(offline))
}

pub(crate) async fn remove(options: &Options, device: &str) -> Result<Answer, Fault> {
    let session = Session::open(options).await?;
    session.refresh().await?;
    let device = session.wallet.find_device(Some(device))?;
    let delivery = session.wallet.remove_device(device).await?;
    let mut answer = Answer::new(json!({ "device": device }));
    answer.say(pick(
        session.language(),
        "Removed. Everything shared from it ends, and it erases itself as soon as it hears this.",
        "Verwijderd. Alles wat ervan gedeeld werd eindigt, en het wist zichzelf zodra het dit hoort.",
    ));
    deliver(&mut answer, &delivery, &session);
    Ok(answer)
}

pub(crate) async fn rename(options: &Options, device: &str, name: &str) -> Result<Answer, Fault> {
    let session = Session::open(options).await?;
    session.refresh().await?;
    let device = session.wallet.find_device(Some(device))?;
    let delivery = session
        .wallet
        .rename_device(device, name.to_owned())
        .await?;
    let mut answer = Answer::new(json!({ "device": device, "name": name }));
    answer.say(text(
        session.language(),
        format!("It is called {name} now."),
        format!("Het heet nu {name}."),
    ));
    deliver(&mut answer, &delivery, &session);
    Ok(answer)
}
