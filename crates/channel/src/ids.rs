//! The names of things: public 16- and 32-byte values, numbers, and time cut into slots.

use crate::{BlockVerifier, ChannelError, prf};
use minicbor::{Decode, Encode};
use std::fmt;

const DAY_SECONDS: u64 = 86_400;

macro_rules! public_bytes {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        #[cbor(transparent)]
        pub struct $name(#[cbor(n(0), with = "minicbor::bytes")] [u8; $len]);

        impl $name {
            /// The bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }
        }

        impl From<[u8; $len]> for $name {
            fn from(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }
        }

        impl From<$name> for [u8; $len] {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = ChannelError;
            fn try_from(bytes: &[u8]) -> Result<Self, ChannelError> {
                let error = ChannelError::Length { what: stringify!($name), len: bytes.len(), expected: $len };
                Ok(Self(bytes.try_into().map_err(|_| error)?))
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    };
}

public_bytes! {
    /// Where a block lies on the Tangle: the output of a PRF, so it tells nothing to whom lacks the key.
    Tag, 32
}
public_bytes! {
    /// The name of a channel, known to its readers only.
    ChannelId, 16
}
public_bytes! {
    /// A SHA-256 hash.
    Hash, 32
}
public_bytes! {
    /// The root of an epoch: whoever knows it can check every block of the epoch.
    Root, 32
}

impl Root {
    /// H("mk1/root" ‖ cid ‖ u32 epoch ‖ public key).
    #[must_use]
    pub fn of(cid: &ChannelId, epoch: Epoch, key: &BlockVerifier) -> Self {
        let hash = prf::hash(&[
            b"mk1/root",
            cid.as_bytes(),
            &epoch.0.to_le_bytes(),
            key.as_bytes(),
        ]);
        Self(hash.0)
    }
}

macro_rules! number {
    ($(#[$doc:meta])* $name:ident, $inner:ty) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Encode, Decode)]
        #[cbor(transparent)]
        pub struct $name(#[n(0)] pub $inner);

        impl $name {
            /// The one after this; the last one stays.
            #[must_use]
            pub const fn next(self) -> Self {
                Self(self.0.saturating_add(1))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number! {
    /// The life of one side key, counted from 0.
    Epoch, u32
}
number! {
    /// The stretch of time one block covers: unix time divided by the slot length.
    Slot, u64
}
number! {
    /// The number of a block within its channel, across epochs, without gaps.
    Seq, u64
}

/// How long a slot lasts, in seconds. It divides a day, so that every day begins with a slot.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SlotLength(u32);

impl SlotLength {
    /// # Errors
    /// [`ChannelError::SlotLength`] for zero and for what does not divide 86,400.
    pub fn new(seconds: u32) -> Result<Self, ChannelError> {
        let divides = DAY_SECONDS.checked_rem(u64::from(seconds)) == Some(0);
        divides
            .then_some(Self(seconds))
            .ok_or(ChannelError::SlotLength(seconds))
    }

    /// The length in seconds.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        self.0
    }

    /// The slot in which `unix` seconds lies.
    #[must_use]
    pub const fn slot_at(self, unix: u64) -> Slot {
        Slot(unix / self.0 as u64)
    }

    /// The first second of `slot`.
    #[must_use]
    pub const fn start_of(self, slot: Slot) -> u64 {
        slot.0.saturating_mul(self.0 as u64)
    }

    /// The first second after `slot`: then it can be published.
    #[must_use]
    pub const fn end_of(self, slot: Slot) -> u64 {
        self.start_of(slot).saturating_add(self.0 as u64)
    }

    /// How many slots a day has.
    #[must_use]
    pub const fn slots_per_day(self) -> u64 {
        DAY_SECONDS / self.0 as u64
    }

    /// The day (since 1970) that `slot` belongs to.
    #[must_use]
    pub const fn day_of(self, slot: Slot) -> u64 {
        slot.0 / self.slots_per_day()
    }
}

impl TryFrom<u32> for SlotLength {
    type Error = ChannelError;
    fn try_from(seconds: u32) -> Result<Self, ChannelError> {
        Self::new(seconds)
    }
}

impl<C> Encode<C> for SlotLength {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.u32(self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for SlotLength {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Self::new(d.u32()?).map_err(|error| minicbor::decode::Error::message(error.to_string()))
    }
}
