//! One device on the air, from the opening of its window until nobody needs it any more.

use std::cell::Cell;
use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::time::Duration;

use bluer::gatt::local::{CharacteristicNotifier, ReqError, ReqResult};
use bluer::{Adapter, Address, DeviceEvent, DeviceProperty};
use futures::{Stream, StreamExt as _};
use pairing::Route;
use pairing::bluetooth::{Heard, Outgoing, Seat, TurnedAway};
use pairing::near::{No, Request, Response};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, interval, sleep_until};

use super::adapter::{in_time, still_serves};
use super::service::{self, Event};
use super::silent::keep_sending_away;
use super::trouble::Trouble;
use crate::daemon::Daemon;
use crate::device::Heard as Said;

/// How often the device and the adapter are looked at.
const BEAT: Duration = Duration::from_millis(500);
/// How long a wallet may keep its connection once everything was said.
const FAREWELL: Duration = Duration::from_secs(5);

/// Advertises this device and talks to one central at a time, until nobody may talk to it and the last one has left.
/// While nobody talks to it, it gives its place to a device that is `wanted` more, or to itself under another name.
pub(super) async fn hold(
    daemon: &Daemon,
    adapter: &Adapter,
    wanted: impl Fn() -> bool,
) -> Result<(), Trouble> {
    let (info, shown) = watch::channel(daemon.radio_info());
    let (sender, mut events) = mpsc::channel(16);
    let name = daemon.radio_name();
    let registered = async {
        let service = service::serve(adapter, &shown, &sender).await?;
        let advertised = adapter.advertise(service::advertisement(&name)).await?;
        Ok((service, advertised))
    };
    let _on_the_air = in_time(registered).await?;
    daemon.can_be_found();
    tracing::info!("this device can be found over Bluetooth as {name}");
    let mut conversation = Conversation::new(daemon, adapter);
    let mut beat = interval(BEAT);
    let seated = Cell::new(None);
    let mut sending_away = pin!(keep_sending_away(adapter, &seated));
    let mut work: Option<Work<'_>> = None;
    loop {
        let due = conversation.next_reply();
        seated.set(conversation.central());
        tokio::select! {
            // A connection that ended is noticed before what the next one writes.
            biased;
            () = conversation.central_leaves() => conversation.left(),
            Some(event) = events.recv() => {
                if let Some((route, request)) = conversation.take(event).await {
                    work = conversation.begin(work, route, request);
                }
            }
            (route, response) = done(&mut work) => {
                work = None;
                conversation.has_done(route, &response);
            }
            () = until(due) => conversation.reply().await,
            () = &mut sending_away => {}
            _ = beat.tick() => {
                let now = daemon.radio_info();
                info.send_if_modified(|shown| std::mem::replace(shown, now) != now);
                conversation.say_late_word();
                let is_idle = conversation.is_idle() && work.is_none();
                if is_idle && !wanted() || work.is_none() && conversation.is_over() {
                    tracing::info!("nothing is on the air any more");
                    return Ok(());
                }
                if is_idle && daemon.radio_name() != name {
                    return Ok(());
                }
                still_serves(adapter).await?;
            }
        }
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}

/// What the owner asked for, while it is done.
type Work<'a> = Pin<Box<dyn Future<Output = (Route, Response)> + 'a>>;

async fn done(work: &mut Option<Work<'_>>) -> (Route, Response) {
    match work {
        Some(work) => work.await,
        None => std::future::pending().await,
    }
}

type Presence = Pin<Box<dyn Stream<Item = DeviceEvent> + Send>>;

struct Conversation<'a> {
    daemon: &'a Daemon,
    adapter: &'a Adapter,
    began: Instant,
    seat: Seat<Address>,
    /// The connection of the central that has the seat.
    presence: Option<Presence>,
    mtu: u16,
    notifier: Option<CharacteristicNotifier>,
    outgoing: Outgoing,
    replies: VecDeque<(Instant, Route, Vec<u8>)>,
    last_word: Instant,
}

impl<'a> Conversation<'a> {
    fn new(daemon: &'a Daemon, adapter: &'a Adapter) -> Self {
        let now = Instant::now();
        Self {
            daemon,
            adapter,
            began: now,
            seat: Seat::default(),
            presence: None,
            mtu: 0,
            notifier: None,
            outgoing: Outgoing::default(),
            replies: VecDeque::new(),
            last_word: now,
        }
    }

    /// Nobody may claim the device any more, and who did has heard everything.
    fn is_over(&self) -> bool {
        let has_left = self.is_idle() || self.last_word.elapsed() > FAREWELL;
        self.daemon.on_the_air().is_none() && self.replies.is_empty() && has_left
    }

    fn is_idle(&self) -> bool {
        self.central().is_none()
    }

    /// Who has the seat.
    fn central(&self) -> Option<Address> {
        self.seat.taken().map(|(central, _)| central)
    }

    fn say_late_word(&mut self) {
        if let Some((route, message)) = self.daemon.late_word() {
            self.replies.push_back((Instant::now(), route, message));
        }
    }

    /// Gives what the owner asks for, if that is what was said.
    async fn take(&mut self, event: Event) -> Option<(Route, Request)> {
        match event {
            // Nobody listened before: who talked until now, has stopped, perhaps without ending the connection.
            Event::Subscribed(notifier) => {
                self.left();
                self.notifier = Some(notifier);
                None
            }
            Event::Wrote {
                central,
                mtu,
                frame,
                taken,
            } => {
                let (answer, asked) = match self.wrote(central, mtu, &frame).await {
                    Ok(asked) => (Ok(()), asked),
                    Err(refused) => (Err(refused), None),
                };
                // The central may be gone already.
                let _ = taken.send(answer);
                asked
            }
        }
    }

    async fn wrote(
        &mut self,
        central: Address,
        mtu: u16,
        frame: &[u8],
    ) -> ReqResult<Option<(Route, Request)>> {
        let before = self.seat.taken();
        let heard = self.seat.hear(self.began.elapsed(), central, frame);
        let now = self.seat.taken();
        if now != before {
            if let Some((_, route)) = before {
                self.daemon.radio_lost(route);
            }
            self.presence = self.presence_of(central).await;
        }
        match heard {
            Ok(Heard::Part) => Ok(None),
            Ok(Heard::Message(route, message)) => {
                self.mtu = mtu;
                let asked = self.answer(route, &message);
                Ok(asked.map(|request| (route, request)))
            }
            Err(TurnedAway::Busy) => Err(ReqError::InProgress),
            Err(TurnedAway::Frame(why)) => {
                tracing::debug!("a frame was refused: {why}");
                Err(ReqError::Failed)
            }
        }
    }

    fn answer(&mut self, route: Route, message: &[u8]) -> Option<Request> {
        let came = Instant::now();
        self.last_word = came;
        match self.daemon.radio_hears(route, message) {
            Ok(Said::Answer(after, message)) => {
                self.replies.push_back((came + after, route, message));
            }
            Ok(Said::Asked(request)) => return Some(request),
            Ok(Said::Nothing) => {}
            Err(error) => tracing::warn!("a wallet could not be answered: {error}"),
        }
        None
    }

    /// Begins what the owner asks for; one thing at a time.
    fn begin(
        &mut self,
        running: Option<Work<'a>>,
        route: Route,
        request: Request,
    ) -> Option<Work<'a>> {
        if running.is_some() {
            self.respond(route, &Response::no(No::Busy));
            return running;
        }
        self.seat.owes(route);
        let daemon = self.daemon;
        Some(Box::pin(
            async move { (route, daemon.near_does(request).await) },
        ))
    }

    /// What the owner asked for is done.
    fn has_done(&mut self, route: Route, response: &Response) {
        self.seat.answered(self.began.elapsed(), route);
        self.respond(route, response);
    }

    fn respond(&mut self, route: Route, response: &Response) {
        // Whoever asked may be gone.
        if let Some(message) = self.daemon.near_says(route, response) {
            self.replies.push_back((Instant::now(), route, message));
        }
    }

    /// When the next reply may leave.
    fn next_reply(&self) -> Option<Instant> {
        self.replies.front().map(|(due, ..)| *due)
    }

    async fn reply(&mut self) {
        let Some((_, route, message)) = self.replies.pop_front() else {
            return;
        };
        self.last_word = Instant::now();
        // Its central may have left, and another have come.
        if self.seat.taken().map(|(_, current)| current) != Some(route) {
            return;
        }
        let Some(notifier) = &mut self.notifier else {
            tracing::debug!("a central that does not listen was not answered");
            return;
        };
        let frames = match self.outgoing.frames(&message, self.mtu) {
            Ok(frames) => frames,
            Err(error) => return tracing::warn!("{error}"),
        };
        for frame in frames {
            if let Err(error) = notifier.notify(frame).await {
                tracing::debug!("a central stopped listening: {error}");
                self.notifier = None;
                return;
            }
        }
    }

    async fn presence_of(&self, central: Address) -> Option<Presence> {
        let device = self.adapter.device(central).ok()?;
        let events = in_time(async { Ok(device.events().await?) }).await;
        events.ok().map(|events| Box::pin(events) as Presence)
    }

    /// Resolves when the central that has the seat is not connected any more.
    async fn central_leaves(&mut self) {
        let Some(presence) = &mut self.presence else {
            return std::future::pending().await;
        };
        while let Some(event) = presence.next().await {
            if let DeviceEvent::PropertyChanged(DeviceProperty::Connected(false)) = event {
                break;
            }
        }
        self.presence = None;
    }

    fn left(&mut self) {
        if let Some((central, _)) = self.seat.taken()
            && let Some(route) = self.seat.left(central)
        {
            self.daemon.radio_lost(route);
        }
    }
}

impl Drop for Conversation<'_> {
    fn drop(&mut self) {
        self.left();
    }
}
