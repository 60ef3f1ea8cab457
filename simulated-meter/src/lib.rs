//! Households that speak P1: seeded, at any speed.
