//! Reads the P1 port of a smart meter: bytes to telegrams to objects.
