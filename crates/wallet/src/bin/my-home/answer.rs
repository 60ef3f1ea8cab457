//! What a command answers: sentences for a person, an object for a program.

use std::io::{self, Write};
use std::process::ExitCode;

use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::options::Options;

/// The answer of one command.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    lines: Vec<Zeroizing<String>>,
    json: Value,
    /// Not everything is confirmed yet.
    pub(crate) waiting: bool,
}

impl Answer {
    pub(crate) fn new(json: Value) -> Self {
        Self {
            json,
            ..Self::default()
        }
    }

    /// Adds a line for people.
    pub(crate) fn say(&mut self, line: impl Into<String>) -> &mut Self {
        self.lines.push(Zeroizing::new(line.into()));
        self
    }

    /// Adds a field for programs.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Value>) -> &mut Self {
        if self.json.is_null() {
            self.json = json!({});
        }
        if let Value::Object(fields) = &mut self.json {
            fields.insert(name.to_owned(), value.into());
        }
        self
    }

    /// The node was away: what is shown may be old.
    pub(crate) fn offline(mut self, why: Option<String>) -> Self {
        self.set("offline", why.clone());
        if let Some(why) = why {
            self.say("").say(why);
        }
        self
    }

    pub(crate) fn print(&self, options: &Options) -> ExitCode {
        let mut out = io::stdout().lock();
        let written = if options.json {
            writeln!(out, "{}", self.json)
        } else {
            self.lines
                .iter()
                .try_for_each(|line| writeln!(out, "{}", line.as_str()))
        };
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => ExitCode::FAILURE,
            _ if self.waiting => ExitCode::from(3),
            _ => ExitCode::SUCCESS,
        }
    }
}

/// A line that is shown while the command still works; programs get it all at the end.
pub(crate) fn progress(options: &Options, line: &str) {
    if !options.json {
        let mut out = io::stdout().lock();
        let _ = writeln!(out, "{line}");
        let _ = out.flush();
    }
}
