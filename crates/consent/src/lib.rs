//! Consent requests, receipts, events and the state machines over them.
