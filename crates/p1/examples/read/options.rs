//! The command line.

use p1::Keys;

const USAGE: &str =
    "usage: read [--strict | --lenient] [--objects] [--key HEX [--auth HEX]] FILE…   (- is standard input)
  --strict    refuse telegrams whose checksum is wrong (this is the default)
  --lenient   accept them
  --objects   print every object, with its name and its value
  --key HEX   the key of a meter that encrypts; its telegrams may be raw bytes or hexadecimal text
  --auth HEX  its authentication key, where that is not the public one of Luxembourg";

pub(crate) struct Options {
    pub(crate) lenient: bool,
    pub(crate) objects: bool,
    pub(crate) keys: Option<Keys>,
    pub(crate) files: Vec<String>,
}

impl Options {
    pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            lenient: false,
            objects: false,
            keys: None,
            files: Vec::new(),
        };
        let (mut key, mut authentication) = (None, None);
        let mut arguments = arguments.flat_map(split);
        while let Some(argument) = arguments.next() {
            let mut value = || {
                let missing = || format!("{argument} needs a value\n{USAGE}");
                arguments.next().ok_or_else(missing)
            };
            match argument.as_str() {
                "--strict" => options.lenient = false,
                "--lenient" => options.lenient = true,
                "--objects" => options.objects = true,
                "--key" => key = Some(value()?),
                "--auth" => authentication = Some(value()?),
                "-h" | "--help" => return Err(USAGE.to_owned()),
                option if option.starts_with("--") => {
                    return Err(format!("there is no option {option}\n{USAGE}"));
                }
                _ => options.files.push(argument),
            }
        }
        options.keys = keys(key, authentication)?;
        if options.files.is_empty() {
            return Err(format!("which file shall be read?\n{USAGE}"));
        }
        Ok(options)
    }
}

/// `--key=HEX` is `--key HEX`.
fn split(argument: String) -> Vec<String> {
    match argument.split_once('=') {
        Some((option @ ("--key" | "--auth"), value)) => vec![option.to_owned(), value.to_owned()],
        _ => vec![argument],
    }
}

fn keys(key: Option<String>, authentication: Option<String>) -> Result<Option<Keys>, String> {
    match (key, authentication) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(format!("--auth goes with --key\n{USAGE}")),
        (Some(key), authentication) => Keys::from_hex(&key, authentication.as_deref())
            .map(Some)
            .map_err(|error| error.to_string()),
    }
}
