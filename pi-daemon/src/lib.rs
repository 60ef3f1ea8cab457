//! Reads the meter, publishes what was consented to, obeys its owner.
