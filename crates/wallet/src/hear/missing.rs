//! Messages that do not come although later ones of the same speaker are there.

use std::collections::BTreeMap;

use channel::{MessageAssembler, VerifyingIdentity};
use consent::{ConsentId, DeviceId, Writer};

use crate::wallet::Wallet;

/// What is missing for so long is not on its way any more: a message that could not be published is repeated sooner.
const PATIENCE: u64 = 600;

/// Who said something.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Speaker {
    Device(DeviceId),
    OnConsent(ConsentId, Writer),
}

/// Since when the next message of a speaker is missing, as long as this program runs.
#[derive(Default)]
pub(crate) struct Missing(BTreeMap<Speaker, u64>);

impl Missing {
    pub(super) fn note(&mut self, speaker: Speaker, is_missing: bool, now: u64) {
        match is_missing {
            true => {
                self.0.entry(speaker).or_insert(now);
            }
            false => {
                self.0.remove(&speaker);
            }
        }
    }

    fn since(&self, speaker: Speaker, now: u64) -> Option<u64> {
        let since = self.0.get(&speaker).copied();
        since.filter(|since| now.saturating_sub(*since) >= PATIENCE)
    }
}

/// Whether the first of these messages is not there, and a later one is. Only the speaker can make one that counts.
pub(super) fn is_missing(
    found: &[MessageAssembler],
    speaker: &VerifyingIdentity,
    context: &str,
) -> bool {
    let mut there = found
        .iter()
        .map(|message| message.verified(speaker, context).is_some());
    there.next() == Some(false) && there.any(|there| there)
}

impl Wallet {
    /// Since when a message of this device is missing, in unix seconds, if it is for ten minutes: the node holds it back, and
    /// what the device said after it waits.
    pub fn missing_from(&self, device: DeviceId) -> Option<u64> {
        let now = self.now();
        self.inner().missing.since(Speaker::Device(device), now)
    }

    /// The same of a message about a consent, of the device or the service.
    pub fn missing_on(&self, consent: ConsentId) -> Option<u64> {
        let now = self.now();
        let inner = self.inner();
        let of = |writer| {
            inner
                .missing
                .since(Speaker::OnConsent(consent, writer), now)
        };
        [Writer::Device, Writer::Provider]
            .into_iter()
            .filter_map(of)
            .min()
    }
}
