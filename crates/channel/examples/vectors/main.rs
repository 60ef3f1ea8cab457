//! Writes the test vectors of `docs/protocol.md` sections 2 to 4 into `docs/vectors`, or with `--check` compares them.
//!
//! `cargo run -p channel --example vectors [-- --check]`

mod generate;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let check = std::env::args().any(|argument| argument == "--check");
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/vectors");
    let mut good = true;
    for (name, text) in generate::files() {
        let path = directory.join(name);
        let result = if check {
            fs::read_to_string(&path).map(|found| found == text)
        } else {
            fs::write(&path, text).map(|()| true)
        };
        match result {
            Ok(true) => println!("{name}: {}", if check { "as generated" } else { "written" }),
            Ok(false) => println!("{name} differs from what this program generates"),
            Err(ref error) => println!("{}: {error}", path.display()),
        }
        good &= matches!(result, Ok(true));
    }
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
