//! Stories that must hold, told by tests.
