//! The owner as a reader of their own meter.

use minicbor::{Decode, Encode};
use readings::Lane;

use crate::lanes::Lanes;

/// A screen asks again every minute; nothing is watched longer than this without being asked.
const LONGEST_WATCH: u64 = 600;

#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub(super) struct Owner {
    /// Read for good.
    #[n(0)]
    lanes: Lanes,
    /// Read while a screen shows them, until the time beside.
    #[n(1)]
    watched: Vec<Watch>,
    /// The owner holds keys to these.
    #[n(2)]
    pub(super) holds: Lanes,
    /// Keys to these are to be sent.
    #[n(3)]
    pub(super) awaits: Lanes,
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
struct Watch {
    #[cbor(n(0), with = "crate::lanes::code")]
    lane: Lane,
    #[n(1)]
    until: u64,
}

impl Owner {
    /// Always answered with fresh keys: a wallet that was restored from its words has none.
    pub(super) fn set_lanes(&mut self, lanes: Lanes) {
        self.awaits = lanes.clone();
        self.lanes = lanes;
    }

    pub(super) fn watch(&mut self, lanes: &Lanes, until: u64, need_keys: bool, now: u64) {
        let until = until.min(now.saturating_add(LONGEST_WATCH));
        self.watched.retain(|watch| !lanes.contains(watch.lane));
        if until > now {
            self.watched
                .extend(lanes.iter().map(|lane| Watch { lane, until }));
            let lacking = lanes
                .iter()
                .filter(|lane| need_keys || !self.holds.contains(*lane));
            self.awaits = self.awaits.iter().chain(lacking).collect();
        }
    }

    pub(super) fn forget_watches(&mut self, now: u64) {
        self.watched.retain(|watch| watch.until > now);
        self.awaits = self
            .awaits
            .iter()
            .filter(|lane| self.wants(*lane))
            .collect();
    }

    pub(super) fn wants(&self, lane: Lane) -> bool {
        self.lanes.contains(lane) || self.watched.iter().any(|watch| watch.lane == lane)
    }

    pub(super) fn keys_sent(&mut self, lanes: &Lanes) {
        self.awaits = self
            .awaits
            .iter()
            .filter(|lane| !lanes.contains(*lane))
            .collect();
        self.holds = self.holds.iter().chain(lanes).collect();
    }

    pub(super) fn stopped(&mut self, lane: Lane) {
        self.holds = self.holds.iter().filter(|other| *other != lane).collect();
    }
}
