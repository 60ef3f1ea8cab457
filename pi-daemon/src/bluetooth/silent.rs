//! Centrals that are connected and say nothing: while one of them is, no other may find the device.

use std::cell::Cell;
use std::collections::HashMap;
use std::time::Duration;

use bluer::{Adapter, Address};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::adapter::in_time;
use super::trouble::Trouble;

/// How long a wallet may look around before it writes: longer than a slow phone needs to find the service.
const LIMIT: Duration = Duration::from_secs(30);

/// How often it is looked who is connected.
const LOOK_AROUND: Duration = Duration::from_secs(5);

/// Who is connected, and how that is ended.
pub(super) trait Connections {
    /// Every central that is connected and no friend of this computer.
    async fn strangers(&self) -> Result<Vec<Address>, Trouble>;
    /// Ends the connection of one of them.
    async fn end(&self, central: Address) -> Result<(), Trouble>;
}

impl Connections for Adapter {
    async fn strangers(&self) -> Result<Vec<Address>, Trouble> {
        in_time(strangers(self)).await
    }

    async fn end(&self, central: Address) -> Result<(), Trouble> {
        in_time(async { Ok(self.device(central)?.disconnect().await?) }).await
    }
}

/// Ends the connections of those that say nothing for too long, one after the other; never ends itself. Whoever is `seated` said
/// something. bluetoothd takes seconds for each of these things, so this goes on beside the conversation and never in it.
/// Nothing that goes wrong here ends one: whether bluetoothd is well is asked elsewhere.
pub(super) async fn keep_sending_away(
    connections: &impl Connections,
    seated: &Cell<Option<Address>>,
) {
    let mut silent = Silent::default();
    let mut look_around = interval(LOOK_AROUND);
    look_around.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        look_around.tick().await;
        let connected = match connections.strangers().await {
            Ok(connected) => connected,
            Err(error) => {
                tracing::debug!("who is connected is not known: {error}");
                continue;
            }
        };
        for central in silent.overdue(Instant::now(), &connected, seated.get()) {
            // It may have begun to talk while another one was sent away, or have left by itself.
            if seated.get() == Some(central) {
                continue;
            }
            match connections.end(central).await {
                Ok(()) => {
                    tracing::info!("a phone that was connected and said nothing was sent away")
                }
                Err(error) => tracing::debug!("a silent central was not sent away: {error}"),
            }
        }
    }
}

/// Since when each of them is there.
#[derive(Default)]
struct Silent {
    since: HashMap<Address, Instant>,
}

impl Silent {
    /// Who of those that are connected is to leave. Asked again, it names nobody twice in a row: who stays has its time again.
    fn overdue(
        &mut self,
        now: Instant,
        connected: &[Address],
        seated: Option<Address>,
    ) -> Vec<Address> {
        let is_silent = |central: &Address| Some(*central) != seated;
        self.since
            .retain(|central, _| connected.contains(central) && is_silent(central));
        for central in connected.iter().copied().filter(is_silent) {
            self.since.entry(central).or_insert(now);
        }
        let overdue = self
            .since
            .extract_if(|_, since| now.duration_since(*since) >= LIMIT);
        overdue.map(|(central, _)| central).collect()
    }
}

/// Whoever is connected to this computer without being a friend of it. What it is bonded with is somebody's keyboard, and a
/// device whose services bluetoothd looked up is one that another program called: a sensor, say.
async fn strangers(adapter: &Adapter) -> Result<Vec<Address>, Trouble> {
    let mut strangers = Vec::new();
    for address in adapter.device_addresses().await? {
        // One that bluetoothd forgot meanwhile is not connected any more.
        if is_stranger(adapter, address).await.unwrap_or_default() {
            strangers.push(address);
        }
    }
    Ok(strangers)
}

async fn is_stranger(adapter: &Adapter, address: Address) -> bluer::Result<bool> {
    let device = adapter.device(address)?;
    Ok(device.is_connected().await?
        && !device.is_paired().await?
        && !device.is_services_resolved().await?)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    use std::cell::RefCell;
    use std::pin::pin;

    use tokio::time::{sleep, timeout};

    /// A bluetoothd that takes its time for everything.
    struct Slow {
        connected: Vec<Address>,
        ended: RefCell<Vec<Address>>,
        takes: Duration,
    }

    impl Connections for Slow {
        async fn strangers(&self) -> Result<Vec<Address>, Trouble> {
            sleep(self.takes).await;
            Ok(self.connected.clone())
        }

        async fn end(&self, central: Address) -> Result<(), Trouble> {
            self.ended.borrow_mut().push(central);
            sleep(self.takes).await;
            Ok(())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_conversation_goes_on_while_silent_centrals_are_sent_away() {
        let slow = Slow {
            connected: vec![PHONE, OTHER],
            ended: RefCell::default(),
            takes: Duration::from_secs(20),
        };
        let seated = Cell::new(None);
        let mut said = 0;
        let talking = async {
            let mut frames = interval(Duration::from_millis(100));
            let mut sending_away = pin!(keep_sending_away(&slow, &seated));
            loop {
                tokio::select! {
                    () = &mut sending_away => {}
                    _ = frames.tick() => said += 1,
                }
            }
        };
        let minutes = Duration::from_secs(150);
        assert!(timeout(minutes, talking).await.is_err());
        assert!(said >= 1_500, "{said} frames");
        let mut ended = slow.ended.take();
        ended.sort();
        ended.dedup();
        assert_eq!(ended, [PHONE, OTHER]);
    }

    #[tokio::test(start_paused = true)]
    async fn who_begins_to_talk_while_another_is_sent_away_stays() {
        let slow = Slow {
            connected: vec![PHONE, OTHER],
            ended: RefCell::default(),
            takes: Duration::from_secs(10),
        };
        let seated = Cell::new(None);
        let watched = async {
            // The first of the two is being sent away; the other takes the seat meanwhile.
            while slow.ended.borrow().is_empty() {
                sleep(Duration::from_millis(100)).await;
            }
            let gone = slow.ended.borrow()[0];
            seated.set(Some(if gone == PHONE { OTHER } else { PHONE }));
            sleep(Duration::from_secs(25)).await;
        };
        let both = async {
            tokio::select! {
                () = keep_sending_away(&slow, &seated) => {}
                () = watched => {}
            }
        };
        timeout(Duration::from_secs(300), both).await.unwrap();
        assert_eq!(slow.ended.borrow().len(), 1);
    }

    const PHONE: Address = Address::new([2, 0, 0, 0, 0, 1]);
    const OTHER: Address = Address::new([2, 0, 0, 0, 0, 2]);

    #[test]
    fn who_says_nothing_for_its_whole_time_is_sent_away_once() {
        let (mut silent, start) = (Silent::default(), Instant::now());
        let nearly = start + LIMIT - Duration::from_millis(1);
        assert!(silent.overdue(start, &[PHONE], None).is_empty());
        assert!(silent.overdue(nearly, &[PHONE, OTHER], None).is_empty());
        let late = start + LIMIT;
        assert_eq!(silent.overdue(late, &[PHONE, OTHER], None), [PHONE]);
        assert!(silent.overdue(late, &[PHONE, OTHER], None).is_empty());
    }

    #[test]
    fn who_talks_stays_and_has_its_time_again_when_it_stops() {
        let (mut silent, start) = (Silent::default(), Instant::now());
        assert!(silent.overdue(start, &[PHONE], None).is_empty());
        let late = start + LIMIT;
        assert!(silent.overdue(late, &[PHONE], Some(PHONE)).is_empty());
        assert!(silent.overdue(late, &[PHONE], None).is_empty());
        assert_eq!(silent.overdue(late + LIMIT, &[PHONE], None), [PHONE]);
    }

    #[test]
    fn who_comes_back_has_its_time_again() {
        let (mut silent, start) = (Silent::default(), Instant::now());
        assert!(silent.overdue(start, &[PHONE], None).is_empty());
        assert!(silent.overdue(start + LIMIT / 2, &[], None).is_empty());
        assert!(silent.overdue(start + LIMIT, &[PHONE], None).is_empty());
    }
}
