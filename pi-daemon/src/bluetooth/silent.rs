//! Centrals that are connected and say nothing: while one of them is, no other may find the device.

use std::collections::HashMap;
use std::time::Duration;

use bluer::{Adapter, Address};
use tokio::time::Instant;

use super::adapter::in_time;
use super::trouble::Trouble;

/// How long a wallet may look around before it writes: longer than a slow phone needs to find the service.
const LIMIT: Duration = Duration::from_secs(30);

/// Since when each of them is there.
#[derive(Default)]
pub(super) struct Silent {
    since: HashMap<Address, Instant>,
}

impl Silent {
    /// Ends the connections of those that said nothing for too long; whoever has the seat said something.
    /// Nothing that goes wrong here ends a conversation: whether bluetoothd is well is asked elsewhere.
    pub(super) async fn send_away(&mut self, adapter: &Adapter, seated: Option<Address>) {
        let connected = match in_time(strangers(adapter)).await {
            Ok(connected) => connected,
            Err(error) => return tracing::debug!("who is connected is not known: {error}"),
        };
        for central in self.overdue(Instant::now(), &connected, seated) {
            let asked = async { Ok(adapter.device(central)?.disconnect().await?) };
            // It may have left by itself.
            match in_time(asked).await {
                Ok(()) => {
                    tracing::info!("a phone that was connected and said nothing was sent away")
                }
                Err(error) => tracing::debug!("a silent central was not sent away: {error}"),
            }
        }
    }

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
mod tests {
    use super::*;

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
