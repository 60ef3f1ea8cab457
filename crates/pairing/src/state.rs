//! How the device's pairing state is stored.

use minicbor::{Decode, Encode};
use zeroize::{Zeroize, Zeroizing};

use crate::code::{IdentityHash, PairingSecret, Serial};
use crate::device::{DevicePairing, Pending, Phase, StateError};
use crate::encode;
use crate::lockout::Lockout;
use crate::paired::Paired;
use crate::post::ClaimId;

const VERSION: u8 = 1;

#[derive(Encode, Decode)]
struct Stored {
    #[n(0)]
    version: u8,
    #[cbor(n(1), with = "minicbor::bytes")]
    secret: [u8; 20],
    #[cbor(n(2), with = "minicbor::bytes")]
    identity: [u8; 20],
    #[cbor(n(3), with = "minicbor::bytes")]
    serial: [u8; 4],
    #[n(4)]
    lockout: Lockout,
    #[n(5)]
    seen: Vec<ClaimId>,
    #[n(6)]
    owner: Option<Owner>,
}

#[derive(Encode, Decode)]
struct Owner {
    /// That DEVICE_ADDED is waited for, by when this wallet answered; absent once it came. A clock that may be set says nothing
    /// of how long that was ago, so the wait begins anew.
    #[n(0)]
    pending_since: Option<u64>,
    #[cbor(n(1), with = "minicbor::bytes")]
    paired: Vec<u8>,
    /// The claim that CANCEL would name.
    #[n(2)]
    claim: Option<ClaimId>,
}

impl Drop for Stored {
    fn drop(&mut self) {
        self.secret.zeroize();
        if let Some(owner) = &mut self.owner {
            owner.paired.zeroize();
        }
    }
}

impl DevicePairing {
    /// For storing, in the same transaction as whatever depends on it; contains the secrets.
    pub fn to_state(&self) -> Zeroizing<Vec<u8>> {
        let owner = match (&self.phase, &self.pending) {
            (Phase::Paired(paired), _) => Some(Owner {
                pending_since: None,
                paired: paired.to_state().to_vec(),
                claim: None,
            }),
            (_, Some(pending)) => Some(Owner {
                pending_since: Some(pending.paired.at),
                paired: pending.paired.to_state().to_vec(),
                claim: pending.claim,
            }),
            (Phase::Unpaired | Phase::Advertising(_) | Phase::Claimed(..), None) => None,
        };
        let stored = Stored {
            version: VERSION,
            secret: self.secret.0,
            identity: self.identity.0,
            serial: self.serial.0,
            lockout: self.lockout.clone(),
            seen: self.seen.clone(),
            owner,
        };
        Zeroizing::new(encode(&stored))
    }

    /// What [`DevicePairing::to_state`] stored.
    ///
    /// # Errors
    /// [`StateError`] if the bytes are not such a state.
    pub fn from_state(bytes: &[u8]) -> Result<Self, StateError> {
        let mut stored: Stored = minicbor::decode(bytes).map_err(|_| StateError)?;
        if stored.version != VERSION {
            return Err(StateError);
        }
        let (mut phase, mut pending) = (Phase::Unpaired, None);
        if let Some(owner) = &stored.owner {
            let paired = Paired::from_state(&owner.paired)?;
            match owner.pending_since {
                Some(_) => {
                    pending = Some(Box::new(Pending {
                        since: None,
                        paired,
                        claim: owner.claim,
                        window: None,
                    }));
                }
                None => phase = Phase::Paired(Box::new(paired)),
            }
        }
        Ok(Self {
            secret: PairingSecret(stored.secret),
            identity: IdentityHash(stored.identity),
            serial: Serial(stored.serial),
            lockout: core::mem::take(&mut stored.lockout),
            seen: core::mem::take(&mut stored.seen),
            turned_away: Vec::new(),
            phase,
            pending,
        })
    }
}
