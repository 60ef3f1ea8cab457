//! An embedded Tangle: one process, one file, the API of a Stardust node.
