//! Requests: showing one, saying yes, saying no.

use consent::{Choices, ConsentRequest, End, Expression, Language};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use wallet::{KeptAnswer, NoSites, Sites, WalletError, WebSites};

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
    let now = session.wallet.time();
    let mut answer = Answer::new(show::request_json(&open, &session.speaker, now));
    for line in show::request(&open, &session.speaker, now) {
        answer.say(line);
    }
    Ok(answer)
}

pub(crate) async fn list(options: &Options) -> Result<Answer, Fault> {
    let session = Session::open(options).await?;
    let offline = session.refresh().await?;
    let waiting = session.wallet.waiting_requests()?;
    let now = session.wallet.time();
    let all: Vec<Value> = waiting
        .iter()
        .map(|open| show::request_json(open, &session.speaker, now))
        .collect();
    let kept = session.wallet.kept_answers()?;
    let ids: Vec<_> = kept.iter().map(|answer| answer.consent).collect();
    let mut answer = Answer::new(json!({ "requests": all, "kept": ids }));
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
    for kept in &kept {
        answer.say(kept_line(kept, session.language()));
    }
    Ok(answer.offline(offline))
}

fn kept_line(kept: &KeptAnswer, language: Language) -> String {
    let (id, service) = (show::short(kept.consent), &kept.service);
    let (en, nl) = match kept.yes {
        true => ("your yes", "je ja"),
        false => ("your no", "je nee"),
    };
    text(
        language,
        format!("{id}  {service}  {en} is kept until the node answers; nothing is shared yet"),
        format!(
            "{id}  {service}  {nl} is bewaard tot het knooppunt antwoordt; er wordt nog niets gedeeld"
        ),
    )
}

pub(crate) async fn grant(options: &Options, grant: &Grant) -> Result<Answer, Fault> {
    let session = Session::open(options).await?;
    session.refresh().await?;
    let consent = session.wallet.find_consent(&grant.request)?;
    let open = session.wallet.request(consent)?;
    let device = session.wallet.find_device(grant.device.as_deref())?;
    let now = session.wallet.time();
    let choices = choices(open.signed.request(), grant, now, session.speaker.zone())?;
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
    let until = session.speaker.until(granted.agreement.until);
    let id = show::short(consent);
    let (en, nl) = (
        format!("{service} may see: {what}, {until}."),
        format!("{service} mag zien: {what}, {until}."),
    );
    answer.say(text(session.language(), en, nl));
    answer.say(match session.wallet.kept_answer(consent)? {
        None => text(
            session.language(),
            format!("Stop at any time: my-home revoke {id}"),
            format!("Stoppen kan altijd: my-home revoke {id}"),
        ),
        Some(_) => text(
            session.language(),
            format!("Nothing is shared until your yes has gone out. Take it back: my-home take-back {id}"),
            format!("Er wordt niets gedeeld tot je ja weg is. Terugnemen: my-home take-back {id}"),
        ),
    });
    deliver(&mut answer, &granted.delivery, &session);
    Ok(answer)
}

fn choices(
    request: &ConsentRequest,
    grant: &Grant,
    now: u64,
    zone: &TimeZone,
) -> Result<Choices, Fault> {
    let mut choices = show::plain_yes(request, now, zone);
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
        choices = choices.until(end(until, request, now, zone)?);
    }
    Ok(choices.history(grant.history))
}

/// The end of that day here; or so many days on, and no longer than what was asked for.
fn end(text: &str, request: &ConsentRequest, now: u64, zone: &TimeZone) -> Result<u64, Fault> {
    let wrong = || Fault::Date(text.chars().take(40).collect());
    if let Some(days) = text.strip_suffix('d') {
        let days = days.parse().map_err(|_| wrong())?;
        return Ok(End::within(days, request, now, zone).until);
    }
    let day: Date = text.parse().map_err(|_| wrong())?;
    let next = day
        .tomorrow()
        .and_then(|next| next.to_zoned(zone.clone()))
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

/// It asks the node nothing: what is taken back is what the node does not know.
pub(crate) async fn take_back(options: &Options, request: &str) -> Result<Answer, Fault> {
    let session = Session::open(options).await?;
    let consent = session.wallet.find_consent(request)?;
    session.wallet.take_back_answer(consent).await?;
    let mut answer = Answer::new(json!({ "id": consent }));
    let id = show::short(consent);
    answer.say(text(
        session.language(),
        format!("Taken back. The request waits for an answer again: my-home grant {id}, or my-home decline {id}"),
        format!("Teruggenomen. Het verzoek wacht weer op antwoord: my-home grant {id}, of my-home decline {id}"),
    ));
    Ok(answer)
}
