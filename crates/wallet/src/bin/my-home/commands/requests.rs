//! Requests: showing one, saying yes, saying no.

use consent::{Choices, ConsentRequest, Expression};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use wallet::{NoSites, Sites, WalletError, WebSites};

use super::{deliver, text};
use crate::answer::Answer;
use crate::fault::Fault;
use crate::options::{Grant, Options, With};
use crate::prompt;
use crate::session::Session;
use crate::show::{self, pick};

pub(crate) async fn open(
    options: &Options,
    link: Option<&str>,
    no_site_check: bool,
) -> Result<Answer, Fault> {
    let session = Session::open(options).await?;
    let pasted;
    let link = match link {
        Some(link) => link,
        None => {
            let question = pick(session.language(), "The link:", "De link:");
            pasted = prompt::read_all(None, question)?;
            pasted.trim()
        }
    };
    let link = link.parse().map_err(WalletError::from)?;
    let sites: &dyn Sites = if no_site_check { &NoSites } else { &WebSites };
    let open = session.wallet.open_request(&link, sites).await?;
    let mut answer = Answer::new(show::request_json(&open));
    for line in show::request(&open, &session.speaker, session.wallet.time()) {
        answer.say(line);
    }
    Ok(answer)
}

pub(crate) async fn list(options: &Options) -> Result<Answer, Fault> {
    let session = Session::open(options).await?;
    let offline = session.refresh().await?;
    let waiting = session.wallet.waiting_requests()?;
    let all: Vec<Value> = waiting.iter().map(show::request_json).collect();
    let mut answer = Answer::new(json!({ "requests": all }));
    if waiting.is_empty() {
        answer.say(pick(
            session.language(),
            "Nobody is waiting for an answer.",
            "Niemand wacht op antwoord.",
        ));
    }
    for open in &waiting {
        let request = open.signed.request();
        let expires = session.speaker.minute(request.expires_at);
        answer.say(text(
            session.language(),
            format!(
                "{}  {}  until {expires}",
                show::short(open.consent),
                request.provider.name
            ),
            format!(
                "{}  {}  tot {expires}",
                show::short(open.consent),
                request.provider.name
            ),
        ));
    }
    Ok(answer.offline(offline))
}

pub(crate) async fn grant(options: &Options, grant: &Grant) -> Result<Answer, Fault> {
    let session = Session::open(options).await?;
    session.refresh().await?;
    let consent = session.wallet.find_consent(&grant.request)?;
    let open = session.wallet.request(consent)?;
    let device = session.wallet.find_device(grant.device.as_deref())?;
    let choices = choices(open.signed.request(), grant, session.wallet.time())?;
    let granted = session
        .wallet
        .grant(
            consent,
            device,
            &choices,
            session.language(),
            Expression::CommandLine,
        )
        .await?;
    let mut answer =
        Answer::new(json!({ "id": consent, "device": device, "agreement": granted.agreement }));
    let service = &open.signed.request().provider.name;
    let what = consent::words::lanes(&granted.agreement.lanes, session.language());
    let until = session.speaker.last_day(granted.agreement.until);
    let id = show::short(consent);
    answer.say(text(
        session.language(),
        format!("{service} may see: {what}, up to and including {until}.\nStop at any time: my-home revoke {id}"),
        format!("{service} mag zien: {what}, tot en met {until}.\nStoppen kan altijd: my-home revoke {id}"),
    ));
    deliver(&mut answer, &granted.delivery, &session);
    Ok(answer)
}

fn choices(request: &ConsentRequest, grant: &Grant, now: u64) -> Result<Choices, Fault> {
    let mut choices = show::plain_yes(request);
    for with in &grant.with {
        choices = match with {
            With::All => request
                .asked()
                .iter()
                .fold(choices, |choices, lane| choices.with(request, lane)),
            With::Lane(lane) => choices.with(request, *lane),
        };
    }
    for lane in &grant.without {
        choices = choices.without(*lane);
    }
    if let Some(until) = &grant.until {
        choices = choices.until(end(until, now)?);
    }
    Ok(choices.history(grant.history))
}

/// The end of that day here, or so many days from now.
fn end(text: &str, now: u64) -> Result<u64, Fault> {
    let wrong = || Fault::Date(text.chars().take(40).collect());
    if let Some(days) = text.strip_suffix('d') {
        let days: u64 = days.parse().map_err(|_| wrong())?;
        return days
            .checked_mul(86_400)
            .and_then(|length| now.checked_add(length))
            .ok_or_else(wrong);
    }
    let day: Date = text.parse().map_err(|_| wrong())?;
    let next = day
        .tomorrow()
        .and_then(|next| next.to_zoned(TimeZone::system()))
        .map_err(|_| wrong())?;
    u64::try_from(next.timestamp().as_second()).map_err(|_| wrong())
}

pub(crate) async fn decline(options: &Options, request: &str) -> Result<Answer, Fault> {
    let session = Session::open(options).await?;
    session.refresh().await?;
    let consent = session.wallet.find_consent(request)?;
    let delivery = session.wallet.decline(consent, session.language()).await?;
    let mut answer = Answer::new(json!({ "id": consent }));
    answer.say(pick(
        session.language(),
        "You said no. The service is told no more than that.",
        "Je hebt nee gezegd. Meer dan dat hoort de dienst niet.",
    ));
    deliver(&mut answer, &delivery, &session);
    Ok(answer)
}
