//! By what an owner and a device recognise each other, and nobody else does.

use core::fmt;

use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const SALT_LEN: usize = 8;
const PROOF_LEN: usize = 8;
/// `salt[8] ‖ proof[8]`.
pub const HINT_LEN: usize = SALT_LEN + PROOF_LEN;

/// The first secrets of the control and the status chain of one pairing.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct NearKey {
    control: [u8; 32],
    status: [u8; 32],
}

impl NearKey {
    /// From the first secret of the control chain and that of the status chain.
    #[must_use]
    pub fn new(control: &[u8; 32], status: &[u8; 32]) -> Self {
        Self {
            control: *control,
            status: *status,
        }
    }

    pub(super) fn psk(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(channel::prf(&self.control, "near/psk", &[&self.status]))
    }

    /// A hint that a stranger cannot tell from chance, nor from another one of the same device.
    pub(super) fn hint(&self, salt: [u8; SALT_LEN]) -> Hint {
        let whole = channel::prf(&self.control, "near/hint", &[&self.status, &salt]);
        let mut proof = [0; PROOF_LEN];
        proof
            .iter_mut()
            .zip(whole)
            .for_each(|(to, from)| *to = from);
        Hint { salt, proof }
    }

    /// Whether this hint is of the device that this key is shared with. It saves a wait and proves nothing: the handshake does.
    #[must_use]
    pub fn recognises(&self, hint: Hint) -> bool {
        self.hint(hint.salt) == hint
    }
}

impl fmt::Debug for NearKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NearKey(..)")
    }
}

/// What a device shows of itself while its owner may call: other bytes each time it begins to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hint {
    salt: [u8; SALT_LEN],
    proof: [u8; PROOF_LEN],
}

impl Hint {
    /// Its bytes, `salt[8] ‖ proof[8]`.
    #[must_use]
    pub fn to_bytes(self) -> [u8; HINT_LEN] {
        let mut bytes = [0; HINT_LEN];
        let both = self.salt.into_iter().chain(self.proof);
        bytes.iter_mut().zip(both).for_each(|(to, from)| *to = from);
        bytes
    }

    /// A hint as somebody shows it.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; HINT_LEN]) -> Self {
        let (mut salt, mut proof) = ([0; SALT_LEN], [0; PROOF_LEN]);
        let both = salt.iter_mut().chain(&mut proof);
        both.zip(bytes).for_each(|(to, from)| *to = *from);
        Self { salt, proof }
    }
}

pub(super) fn salt(rng: &mut impl CryptoRng) -> [u8; SALT_LEN] {
    let mut salt = [0; SALT_LEN];
    rng.fill_bytes(&mut salt);
    salt
}
