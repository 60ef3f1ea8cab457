//! A P1 reader on the network that gives its last telegram to whoever asks over HTTP, as HomeWizard's does
//! (`/api/v1/telegram`).

use std::time::Duration;

use reqwest::{Client, Response, StatusCode, redirect};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::{Heard, Line, Means, MeterEvent, MeterState, SILENCE, Trouble, Unheard, tell};

/// Meters since DSMR 5 speak once a second.
const ASK_EVERY: Duration = Duration::from_secs(1);
/// A reader that is back is met soon.
const PATIENCE: Duration = Duration::from_secs(3);
/// Older meters speak every ten seconds, and without a clock: the same telegram may then be a new one.
const MAY_BE_NEW_AFTER: Duration = Duration::from_secs(10);
/// No telegram is longer.
const LARGEST: usize = 64 * 1024;

/// Asks for the telegram at `url` every second, whatever the reader answers.
pub(super) async fn read(url: &str, means: &Means, events: &mpsc::Sender<MeterEvent>) -> Heard {
    let mut reader = match Reader::new(url, means) {
        Ok(reader) => reader,
        Err(why) => {
            let away = MeterState::Away(broken(url, why.to_string()));
            return tell(events, MeterEvent::State(away)).await;
        }
    };
    let mut asking = interval(ASK_EVERY);
    asking.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut said = None;
    loop {
        tokio::select! {
            _ = asking.tick() => {}
            () = events.closed() => return Err(Unheard),
        }
        let answered = tokio::select! {
            answered = reader.ask() => answered,
            () = events.closed() => return Err(Unheard),
        };
        let (state, heard) = match answered {
            Ok(heard) => (reader.state(), heard),
            Err(trouble) => (MeterState::Away(trouble), Vec::new()),
        };
        if said.as_ref() != Some(&state) {
            tell(events, MeterEvent::State(state.clone())).await?;
            said = Some(state);
        }
        for event in heard {
            tell(events, event).await?;
        }
    }
}

fn broken(url: &str, why: String) -> Trouble {
    Trouble::Broker {
        address: url.to_owned(),
        why,
    }
}

struct Reader<'a> {
    url: &'a str,
    client: Client,
    line: Line,
    /// What it gave when that was last looked at, and when.
    last: Option<(Vec<u8>, Instant)>,
    last_telegram: Instant,
    spoke: bool,
}

impl<'a> Reader<'a> {
    fn new(url: &'a str, means: &Means) -> reqwest::Result<Self> {
        let client = Client::builder()
            .timeout(PATIENCE)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .build()?;
        Ok(Self {
            url,
            client,
            line: means.line(),
            last: None,
            last_telegram: Instant::now(),
            spoke: false,
        })
    }

    /// What the reader has to say since the last time.
    async fn ask(&mut self) -> Result<Vec<MeterEvent>, Trouble> {
        let answer = self.client.get(self.url).send().await;
        let answer = answer.map_err(|error| self.unreachable(&error))?;
        if answer.status() != StatusCode::OK {
            return Err(broken(self.url, meaning(answer.status())));
        }
        let body = self.body(answer).await?;
        Ok(self.hear(body))
    }

    async fn body(&self, mut answer: Response) -> Result<Vec<u8>, Trouble> {
        let mut body = Vec::new();
        while let Some(piece) = answer
            .chunk()
            .await
            .map_err(|error| self.unreachable(&error))?
        {
            if body.len() + piece.len() > LARGEST {
                let why = "its answer is longer than any telegram".to_owned();
                return Err(broken(self.url, why));
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }

    fn hear(&mut self, body: Vec<u8>) -> Vec<MeterEvent> {
        let now = Instant::now();
        let known = |(last, at): &(Vec<u8>, Instant)| {
            *last == body && now.duration_since(*at) < MAY_BE_NEW_AFTER
        };
        if self.last.as_ref().is_some_and(known) {
            return Vec::new();
        }
        let heard = self.line.push_message(&body);
        self.last = Some((body, now));
        if self.line.was_understood() && !heard.is_empty() {
            self.spoke = true;
            self.last_telegram = now;
        }
        heard
    }

    /// How it is with a reader that answers.
    fn state(&self) -> MeterState {
        let silent = self.last_telegram.elapsed() >= SILENCE;
        match (self.spoke, silent) {
            (true, false) => MeterState::Connected(self.url.to_owned()),
            (false, false) => MeterState::Listening(self.url.to_owned()),
            (true, true) => MeterState::Away(broken(
                self.url,
                "it has given the same one for a minute; is its cable in the meter's P1 port?"
                    .to_owned(),
            )),
            (false, true) => MeterState::Away(broken(
                self.url,
                "it answers, but not with a telegram; a HomeWizard gives it under /api/v1/telegram"
                    .to_owned(),
            )),
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> Trouble {
        let mut cause: &dyn std::error::Error = error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        Trouble::Unreachable {
            address: self.url.to_owned(),
            why: if error.is_timeout() {
                "no answer within three seconds".to_owned()
            } else {
                cause.to_string()
            },
        }
    }
}

/// What to do about an answer that is no telegram.
fn meaning(status: StatusCode) -> String {
    match status {
        StatusCode::FORBIDDEN => {
            "it does not let programs in; switch on its local API, in the app of its maker"
                .to_owned()
        }
        StatusCode::UNAUTHORIZED => {
            "it wants a password or a token, which pi-daemon does not have".to_owned()
        }
        StatusCode::NOT_FOUND => {
            "it has nothing under this address; a HomeWizard gives telegrams under /api/v1/telegram"
                .to_owned()
        }
        other => format!("it answers with {other}"),
    }
}
