//! Activity, export and synchronising.

use std::path::Path;

use serde_json::{Value, json};
use wallet::Checked;

use super::text;
use crate::answer::Answer;
use crate::fault::Fault;
use crate::options::Options;
use crate::session::Session;
use crate::show::pick;

pub(crate) async fn activity(options: &Options, only_check: bool) -> Result<Answer, Fault> {
    let session = Session::open(options).await?;
    let offline = session.refresh().await?;
    let checked = session.wallet.check_journal().await?;
    let activity = session.wallet.activity();
    let mut answer = Answer::new(json!({ "checked": checked, "whole": checked.is_whole() }));
    if !only_check {
        let mut lines: Vec<Value> = Vec::new();
        let mut day = String::new();
        for line in &activity {
            let sentence = session.speaker.activity(line);
            let of_day = session.speaker.day(line.at);
            if of_day != day {
                answer.say(format!("\n{of_day}"));
                day = of_day;
            }
            answer.say(format!(
                "{}  {}",
                session.speaker.minute(line.at),
                sentence.headline
            ));
            if let Some(detail) = &sentence.detail {
                answer.say(format!("       {detail}"));
            }
            let mut fact = serde_json::to_value(line).unwrap_or_default();
            if let Value::Object(fields) = &mut fact {
                fields.insert("sentence".into(), json!(sentence));
            }
            lines.push(fact);
        }
        answer.set("activity", lines).say("");
    }
    answer.say(verdict(&checked, &session));
    Ok(answer.offline(offline))
}

fn verdict(checked: &Checked, session: &Session) -> String {
    let language = session.language();
    match checked.on_tangle {
        _ if checked.is_whole() => pick(
            language,
            "Checked: nothing is missing or changed.",
            "Gecontroleerd: er ontbreekt niets en er is niets veranderd.",
        )
        .to_owned(),
        Some(there) if there < checked.entries => text(
            language,
            format!(
                "Nothing is changed. The node has only {there} of {} entries.",
                checked.entries
            ),
            format!(
                "Er is niets veranderd. Het knooppunt heeft maar {there} van de {} regels.",
                checked.entries
            ),
        ),
        _ => pick(
            language,
            "Nothing is changed. The node has entries that did not arrive here yet.",
            "Er is niets veranderd. Het knooppunt heeft regels die hier nog niet zijn.",
        )
        .to_owned(),
    }
}

pub(crate) async fn export(options: &Options, directory: &Path) -> Result<Answer, Fault> {
    let session = Session::open(options).await?;
    let exported = session.wallet.export(directory).await?;
    let mut answer = Answer::new(serde_json::to_value(&exported).unwrap_or_default());
    let count = exported.files.len();
    answer.say(text(
        session.language(),
        format!(
            "{count} files are in {}; only you can read them.",
            directory.display()
        ),
        format!(
            "{count} bestanden staan in {}; alleen jij kunt ze lezen.",
            directory.display()
        ),
    ));
    Ok(answer)
}

pub(crate) async fn sync(options: &Options) -> Result<Answer, Fault> {
    let session = Session::open(options).await?;
    let news = session.wallet.sync().await?;
    let mut answer = Answer::new(serde_json::to_value(news).unwrap_or_default());
    let heard = news.from_devices + news.on_consents;
    answer.say(text(
        session.language(),
        format!(
            "Up to date: {heard} messages, {} batches of your own readings.",
            news.readings
        ),
        format!(
            "Bijgewerkt: {heard} berichten, {} pakketten eigen metingen.",
            news.readings
        ),
    ));
    Ok(answer)
}
