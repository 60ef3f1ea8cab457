//! How the device is, for `pi-daemon status`.

use ::pairing::Status;
use channel::{Publisher, VerifyingIdentity};

use super::{Device, DeviceError};
use crate::clock::Time;
use crate::status::{LaneReport, OutboxReport, OwnerReport, Report};
use crate::store::channels::{self, Carries};
use crate::store::settings::{self, Name};
use crate::store::{outbox, pending};

impl Device {
    /// Everything that `pi-daemon status` shows.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub(crate) fn report(&mut self, own_clock: u64) -> Result<Report, DeviceError> {
        let db = self.store.read();
        let outbox = OutboxReport {
            slots_waiting: pending::count(db)?,
            unsent: outbox::unsent_count(db)?,
            unconfirmed: outbox::unconfirmed_count(db)?,
            sent: self.node.sent,
        };
        let readings_published = settings::number(db, Name::Published)?.unwrap_or_default();
        let since = settings::number(db, Name::OwnedSince)?;
        let lanes = self.lanes_report()?;
        Ok(Report {
            running: false,
            name: self.name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            at: own_clock,
            meter: self.recorder.report(),
            node: self.node.report.clone(),
            radio: None,
            outbox,
            readings_published,
            lanes,
            owner: OwnerReport {
                since,
                ..owner_report(self.pairing.status(self.pairing_moment(own_clock)))
            },
            consents: self.consents.running().count(),
            warnings: self.warnings(own_clock),
        })
    }

    /// The key by which this device is known.
    #[must_use]
    pub(crate) fn identity_key(&self) -> VerifyingIdentity {
        self.identity.verifying()
    }

    fn lanes_report(&self) -> Result<Vec<LaneReport>, DeviceError> {
        let mut lanes = Vec::new();
        for channel in channels::all(self.store.read())? {
            if let Carries::Lane(lane) = channel.carries {
                let (epoch, next_slot, _) = Publisher::from_state(&channel.publisher)?.position();
                lanes.push(LaneReport {
                    lane: lane.to_string(),
                    slot_seconds: channel.slot_seconds,
                    epoch: epoch.0,
                    next_slot: next_slot.0,
                    readers: channels::reader_count(self.store.read(), lane)?,
                });
            }
        }
        Ok(lanes)
    }

    fn warnings(&self, own_clock: u64) -> Vec<String> {
        let time = match self.time {
            Time::Unknown { behind } => Some(format!(
                "this device's clock is {behind} s behind the last block that was published; nothing is published until NTP or the meter's clock gives the time"
            )),
            Time::Meters(_) => {
                Some("this device's clock is wrong; the meter's clock is used".to_owned())
            }
            Time::Doubted { ahead } => Some(format!(
                "this device's clock jumped ahead by {ahead} s; nothing is published until that has stood for two minutes or the meter's clock bears it out"
            )),
            Time::Own(_) => self.clocks_differ.map(|apart| {
                format!("this device's clock and the meter's differ by {apart} s: one is wrong")
            }),
        };
        let pace = self.pace.warning(self.live_slot(), own_clock);
        let another = self.look_out.saw_another().then(|| {
            "another device publishes with this device's keys: a copy of its card runs elsewhere. Switch the copy off, then start pi-daemon anew".to_owned()
        });
        time.into_iter()
            .chain(self.disk.warning.clone())
            .chain(another)
            .chain(pace)
            .collect()
    }
}

fn owner_report(status: Status) -> OwnerReport {
    let (state, seconds) = match status {
        Status::Unpaired => ("none", None),
        Status::Advertising { seconds } => ("window-open", Some(seconds)),
        Status::Claimed => ("claimed", None),
        Status::PairedPending => ("pending", None),
        Status::Paired => ("paired", None),
        Status::Locked { retry_after } => ("locked", Some(retry_after)),
    };
    OwnerReport {
        state: state.to_owned(),
        seconds,
        since: None,
    }
}
