//! `cargo xtask panics`: what reads a stranger's bytes cannot panic, because no way there is left in the machine code.
//!
//! `p1` without an allocator (finding telegrams, checksums, objects, values, everything that prints them) is compiled and
//! optimised into one object file. A panic that could happen would be a call of one of the standard library's functions
//! for it, and the object would name that function. Streams allocate, which can fail; they are left to property tests and
//! fuzzers.

use crate::workspace::{cargo, must, target};
use anyhow::{Context, bail};
use std::fs;

/// What the names of functions that panic have in common: `core::panicking::panic_bounds_check`,
/// `core::option::unwrap_failed`, `core::slice::index::slice_index_fail`.
const MARKS: [&str; 3] = ["panic", "_failed", "_fail"];

/// Compiles `p1` and looks for ways to panic.
pub(crate) fn run() -> anyhow::Result<()> {
    let object = target().join("p1-without-an-allocator.o");
    let mut compile = cargo(&["rustc", "--quiet", "--locked", "--package", "p1", "--lib"]);
    compile.args(["--no-default-features", "--release"]);
    // One object with all code in it, and nothing left for the linker to do.
    for setting in ["lto=\"off\"", "codegen-units=1", "strip=false"] {
        compile.args(["--config", &format!("profile.release.{setting}")]);
    }
    compile.args(["--", "-C", "panic=abort"]);
    compile.arg(format!("--emit=link,obj={}", object.display()));
    must("compiling p1", &mut compile)?;
    let code = fs::read(&object).with_context(|| format!("reading {}", object.display()))?;
    match ways_to_panic(&code).as_slice() {
        [] => Ok(()),
        ways => bail!(
            "p1 could panic on a stranger's bytes. In its code is a call of {}",
            ways.join(", ")
        ),
    }
}

/// The names in an object file that belong to functions that panic.
fn ways_to_panic(object: &[u8]) -> Vec<String> {
    let is_of_a_name =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$');
    let mut ways: Vec<String> = object
        .split(|byte| !is_of_a_name(byte))
        .filter(|name| name.starts_with(b"_R") || name.starts_with(b"_ZN"))
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .filter(|name| MARKS.iter().any(|mark| name.contains(mark)))
        .collect();
    ways.sort();
    ways.dedup();
    ways
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_that_panic_are_found_by_their_names() {
        let object =
            b"\x7fELF\0_ZN4core9panicking5panic17h0E\0_RNvNtCs1_4core6option13unwrap_failed\0\
            _ZN4core3fmt5write17h1E\0panics are rare\0";
        assert_eq!(
            ways_to_panic(object),
            [
                "_RNvNtCs1_4core6option13unwrap_failed",
                "_ZN4core9panicking5panic17h0E"
            ]
        );
    }
}
