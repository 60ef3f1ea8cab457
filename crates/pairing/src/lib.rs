//! The four-message pairing handshake and its state machine.
