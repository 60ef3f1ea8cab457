//! A display that nobody sees, for each session its own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::screen::HIGHEST;

/// Wide enough for every window that a test opens.
const WIDTH: u32 = 3_840;

/// A virtual display that ends with the value.
pub(crate) struct Display {
    server: Child,
    /// What programs find it by.
    pub(crate) name: String,
}

impl Display {
    pub(crate) fn start() -> Self {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0"])
            .arg(format!("{WIDTH}x{HIGHEST}x24"))
            .args(["-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb: `cargo xtask test-app` installs it");
        // It says a number when it is ready, or ends.
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut number)
            .unwrap();
        let number: u32 = number.trim().parse().expect("Xvfb did not start");
        Self {
            server,
            name: format!(":{number}"),
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        drop(self.server.kill());
        drop(self.server.wait());
    }
}
