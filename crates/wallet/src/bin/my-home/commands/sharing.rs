//! What is shared, and stopping it.

use std::time::Duration;

use serde_json::{Value, json};
use wallet::{Delivery, StopStep, Stopped, WalletError};

use super::{deliver, text};
use crate::answer::{Answer, progress};
use crate::fault::Fault;
use crate::options::Options;
use crate::session::Session;
use crate::show::{self, pick};

pub(crate) async fn list(options: &Options) -> Result<Answer, Fault> {
    let session = Session::open(options).await?;
    let offline = session.refresh().await?;
    let now = session.wallet.time();
    let consents = session.wallet.consents();
    let all: Vec<Value> = consents
        .iter()
        .map(|view| show::consent_json(view, now))
        .collect();
    let mut answer = Answer::new(json!({ "consents": all }));
    if consents.is_empty() {
        answer.say(pick(
            session.language(),
            "You share nothing with anybody.",
            "Je deelt niets met niemand.",
        ));
    }
    for view in &consents {
        for line in show::consent(view, &session.speaker, now) {
            answer.say(line);
        }
        for (_, step) in session.wallet.undelivered_on(view.id)? {
            answer.say(show::undelivered(step, session.language()));
        }
    }
    Ok(answer.offline(offline))
}

pub(crate) async fn pause(options: &Options, consent: &str) -> Result<Answer, Fault> {
    let session = Session::open(options).await?;
    session.refresh().await?;
    let consent = session.wallet.find_consent(consent)?;
    let delivery = session.wallet.pause(consent).await?;
    let mut answer = Answer::new(json!({ "id": consent }));
    answer.say(pick(
        session.language(),
        "Paused. Once the Pi has changed the keys, the service reads nothing new until you resume; until then it may still read along.",
        "Gepauzeerd. Zodra de Pi de sleutels heeft veranderd, leest de dienst niets nieuws tot je hervat; tot dan kan die blijven meelezen.",
    ));
    deliver(&mut answer, &delivery, &session);
    Ok(answer)
}

pub(crate) async fn resume(options: &Options, consent: &str) -> Result<Answer, Fault> {
    let session = Session::open(options).await?;
    session.refresh().await?;
    let consent = session.wallet.find_consent(consent)?;
    let delivery = session.wallet.resume(consent).await?;
    let mut answer = Answer::new(json!({ "id": consent }));
    answer.say(pick(
        session.language(),
        "Resumed. Once the Pi has handed over keys, the service reads along again.",
        "Hervat. Zodra de Pi sleutels heeft gegeven, leest de dienst weer mee.",
    ));
    deliver(&mut answer, &delivery, &session);
    Ok(answer)
}

pub(crate) async fn revoke(options: &Options, consent: &str, wait: u64) -> Result<Answer, Fault> {
    let session = Session::open(options).await?;
    session.refresh().await?;
    let consent = session.wallet.find_consent(consent)?;
    let service = session.wallet.consent(consent)?.service().to_owned();
    let now = session.wallet.time();
    let say = |step| progress(options, &show::step(step, &service, &session.speaker, now));
    let stopped = session
        .wallet
        .revoke(consent, Duration::from_secs(wait), say)
        .await?;
    let keys_changed = stopped
        .steps
        .iter()
        .any(|step| matches!(step, StopStep::KeysChanged { .. }));
    let mut answer = answer_of(&stopped, &session);
    if !stopped.complete {
        if !keys_changed && matches!(stopped.delivery, Delivery::Sent) {
            answer.say(session.speaker.stopping_waits());
        } else if keys_changed {
            answer.say(session.speaker.not_confirmed(&service));
        }
        answer.say(follow_up(&session));
    }
    Ok(answer)
}

pub(crate) async fn ask_erasure(
    options: &Options,
    consent: &str,
    wait: u64,
) -> Result<Answer, Fault> {
    let session = Session::open(options).await?;
    session.refresh().await?;
    let consent = session.wallet.find_consent(consent)?;
    let service = session.wallet.consent(consent)?.service().to_owned();
    let now = session.wallet.time();
    let say = |step| {
        if let StopStep::Erased { .. } = step {
            progress(options, &show::step(step, &service, &session.speaker, now));
        }
    };
    let asked = session
        .wallet
        .ask_erasure(consent, Duration::from_secs(wait), say)
        .await
        .map_err(|error| match error {
            WalletError::WrongState { state, .. } if state.is_running() => {
                Fault::StopFirst(consent)
            }
            error => error.into(),
        })?;
    let mut answer = answer_of(&asked, &session);
    if !asked.complete && matches!(asked.delivery, Delivery::Sent) {
        answer.say(text(
            session.language(),
            format!("{service} is asked to erase, and has not answered yet. It has a month by law."),
            format!("{service} is gevraagd te wissen, en heeft nog niet geantwoord. De wet geeft een maand."),
        ));
        answer.say(follow_up(&session));
    }
    Ok(answer)
}

fn answer_of(stopped: &Stopped, session: &Session) -> Answer {
    let mut answer = Answer::new(json!({
        "id": stopped.consent,
        "steps": stopped.steps,
        "complete": stopped.complete,
        "last_readable": stopped.steps.iter().find_map(|step| match step {
            StopStep::KeysChanged { last_readable, .. } => *last_readable,
            _ => None,
        }),
    }));
    deliver(&mut answer, &stopped.delivery, session);
    answer.waiting |= !stopped.complete;
    answer
}

fn follow_up(session: &Session) -> &'static str {
    pick(
        session.language(),
        "The rest follows by itself; look again with my-home consents.",
        "De rest volgt vanzelf; kijk later met my-home consents.",
    )
}
