//! Private channels: control, status, consent, journal, requests, pairing. One mechanism, `docs/protocol.md` section 4.
//!
//! A [`MessageKey`] finds and opens one message of at most 16 blocks. [`Chain`] and [`Numbered`] say which key comes
//! next. [`seal_message`] cuts and seals a signed message; [`MessageAssembler`] asks for its blocks, puts them together
//! and checks the signature.

mod assembler;
mod keys;
mod message;

pub use assembler::{Joined, MessageAssembler, Opened};
pub use keys::{Chain, MessageKey, Numbered, Writer, consent_writer_secret};
pub use message::{
    MAX_FRAGMENTS, MAX_MESSAGE_LEN, MAX_UNSIGNED_LEN, SealedFragment, seal_message, seal_unsigned,
};
