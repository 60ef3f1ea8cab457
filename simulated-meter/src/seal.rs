//! Encrypts telegrams as meters in Luxembourg and Austria do (Smarty P1 1.1.3, section 3.2.5; IEC 62056-5-3).

use aes_gcm::aead::{AeadInOut, KeyInit, consts::U12};
use aes_gcm::{AesGcm, aes::Aes128};

/// What stands in every frame of a simulated meter for its name.
const TITLE: [u8; 8] = *b"MKS00001";
/// Authenticated and encrypted, security suite 0.
const SECURITY: u8 = 0x30;

/// Encrypts telegrams with the two keys of a household. The counter never repeats.
pub struct Sealer {
    cipher: AesGcm<Aes128, U12, U12>,
    associated: [u8; 17],
    counter: u32,
}

impl Sealer {
    /// With these keys.
    pub fn new(encryption: [u8; 16], authentication: [u8; 16]) -> Self {
        let mut associated = [SECURITY; 17];
        for (to, from) in associated.iter_mut().skip(1).zip(authentication) {
            *to = from;
        }
        Self {
            cipher: AesGcm::new(&encryption.into()),
            associated,
            counter: 0,
        }
    }

    /// The frame of the next telegram; `None` when the counter is used up, or the telegram too long for a frame.
    pub fn seal(&mut self, telegram: &[u8]) -> Option<Vec<u8>> {
        self.counter = self.counter.checked_add(1)?;
        let counter = self.counter.to_be_bytes();
        let mut nonce = [0; 12];
        for (to, from) in nonce.iter_mut().zip(TITLE.into_iter().chain(counter)) {
            *to = from;
        }
        let mut text = telegram.to_vec();
        let tag = self
            .cipher
            .encrypt_inout_detached(&nonce.into(), &self.associated, text.as_mut_slice().into())
            .ok()?;
        let length = u16::try_from(1 + counter.len() + text.len() + tag.len()).ok()?;
        let header: [&[u8]; 5] = [
            &[0xDB, 8],
            &TITLE,
            &[0x82],
            &length.to_be_bytes(),
            &[SECURITY],
        ];
        Some([&header.concat(), &counter[..], &text, &tag].concat())
    }
}
