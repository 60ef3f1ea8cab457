//! NTRU and X25519 combined into one KEM for HPKE, deterministic from a seed.
