//! My Home without a window: seed, journal, sync and every action a screen can take.
