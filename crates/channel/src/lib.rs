//! Restricted and private channels: tags, ratchet, blocks, key rotation.
