//! Names and passwords, or tokens, for nodes that ask for them: in a file, never in an address or on a command line.

use std::{
    env, fmt, fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use data_encoding::BASE64;
use iota_client::Url;
use reqwest::header::HeaderValue;

use crate::{TangleError, stardust::address};

/// Names the file.
const NAMED_BY: &str = "TANGLE_LOGINS";
/// Where systemd puts what a unit's `LoadCredential=` names.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";
const CREDENTIAL: &str = "tangle-logins";
/// The file of this user, in the directory of configuration.
const USUAL: &str = "meterkast/tangle-logins";
/// Longest file that is read, in bytes.
const LONGEST: u64 = 64 << 10;

/// Where a text is no login, and why.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct NoLogin(String);

/// Logins for nodes, by origin. Each line of the file is one of
///
/// ```text
/// https://node.town.example basic NAME PASSWORD
/// https://node.other.example bearer TOKEN
/// # a remark
/// ```
///
/// A login goes to the node of that scheme, name and port and nowhere else, as `Authorization: Basic` (RFC 7617; the
/// name holds no spaces, the password may) or `Authorization: Bearer` (RFC 6750; the JWT of a Stardust node). It is
/// refused where it would travel in the clear: over `http://` to anything but this machine. It is never printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Logins {
    /// Where they came from, or should lie.
    file: Option<PathBuf>,
    all: Arc<Vec<(String, HeaderValue)>>,
}

impl Logins {
    /// Those of the file that `TANGLE_LOGINS` names, else of the credential `tangle-logins` that systemd hands to a
    /// service, else of `meterkast/tangle-logins` in `XDG_CONFIG_HOME` or `~/.config`. None when there is no such file.
    ///
    /// # Errors
    /// [`TangleError::Logins`] when `TANGLE_LOGINS` names a file that is not there, and as [`Logins::from_file`].
    pub fn of_this_user() -> Result<Self, TangleError> {
        if let Some(file) = named(NAMED_BY) {
            return Self::from_file(&file);
        }
        if let Some(file) = named(CREDENTIALS).map(|directory| directory.join(CREDENTIAL))
            && file.exists()
        {
            // systemd keeps others out, by means that the mode alone does not show.
            return Self::read(&file);
        }
        let home = || Some(named("HOME")?.join(".config"));
        match named("XDG_CONFIG_HOME").or_else(home) {
            None => Ok(Self::default()),
            Some(directory) => {
                let file = directory.join(USUAL);
                if file.exists() {
                    return Self::from_file(&file);
                }
                Ok(Self {
                    file: Some(file),
                    ..Self::default()
                })
            }
        }
    }

    /// Those in this file, which nobody but its owner may read.
    ///
    /// # Errors
    /// [`TangleError::Logins`] when it cannot be read, others can read it, or a line is none. Nothing that the file
    /// says is repeated.
    pub fn from_file(file: &Path) -> Result<Self, TangleError> {
        refuse_open_to_others(file)?;
        Self::read(file)
    }

    fn read(file: &Path) -> Result<Self, TangleError> {
        let length = fs::metadata(file).map_err(|why| unreadable(file, &why))?;
        if length.len() > LONGEST {
            return Err(wrong(file, format!("it is longer than {LONGEST} bytes")));
        }
        let text = fs::read_to_string(file).map_err(|why| unreadable(file, &why))?;
        let logins = Self::parse(&text).map_err(|why| wrong(file, why.0))?;
        Ok(Self {
            file: Some(file.to_owned()),
            ..logins
        })
    }

    /// Those of a file's text.
    ///
    /// # Errors
    /// [`NoLogin`] for the first line that is none. Nothing that it says is repeated.
    pub fn parse(text: &str) -> Result<Self, NoLogin> {
        let lines = text.lines().zip(1..).filter(|(line, _)| is_login(line));
        let all = lines
            .map(|(line, number)| {
                parse(line).map_err(|why| NoLogin(format!("in line {number}, {why}")))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            file: None,
            all: Arc::new(all),
        })
    }

    /// What the header `Authorization` says to the node of this origin (`https://node.town.example`). Marked as a
    /// secret, so that it does not print.
    #[must_use]
    pub fn authorization(&self, origin: &str) -> Option<HeaderValue> {
        let (_, value) = self.all.iter().find(|(node, _)| node == origin)?;
        Some(value.clone())
    }

    /// The sentence for a node that asks who wants to know, or does not believe it: `None` when this status and these
    /// words of the node mean something else.
    #[must_use]
    pub fn refusal(&self, node: &str, status: u16, message: &str) -> Option<TangleError> {
        // Stardust nodes answer 400 to a question without a token.
        let malformed = || message.to_ascii_lowercase().contains("malformed jwt");
        if !(status == 401 || status == 400 && malformed()) {
            return None;
        }
        let message = match message {
            "" => "without a word".to_owned(),
            words => words.to_owned(),
        };
        let (node, file) = (node.to_owned(), self.place());
        Some(match self.authorization(&node) {
            Some(_) => TangleError::LoginRefused {
                node,
                status,
                message,
                file,
            },
            None => TangleError::LoginNeeded {
                node,
                status,
                message,
                file,
            },
        })
    }

    /// The file, for a sentence.
    fn place(&self) -> String {
        match &self.file {
            Some(file) => file.display().to_string(),
            None => format!("a file that the variable {NAMED_BY} names"),
        }
    }
}

impl fmt::Debug for Logins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nodes: Vec<_> = self.all.iter().map(|(node, _)| node).collect();
        f.debug_struct("Logins")
            .field("file", &self.file)
            .field("nodes", &nodes)
            .finish_non_exhaustive()
    }
}

fn named(variable: &str) -> Option<PathBuf> {
    let value = env::var_os(variable).filter(|value| !value.is_empty())?;
    Some(PathBuf::from(value))
}

fn is_login(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with('#')
}

/// The origin and the header's value. Sentences do not repeat what is there: who mixes up the order of the words
/// would read a password.
fn parse(line: &str) -> Result<(String, HeaderValue), &'static str> {
    let (address, login) = word(line).ok_or("the login is missing")?;
    let origin = address::parse(address).map_err(|_| "the first word is no address of a node")?;
    if travels_in_the_clear(&origin) {
        return Err("the login would travel in the clear: the address has to begin with https://");
    }
    let value = match word(login) {
        Some(("basic", login)) => {
            let (name, password) = word(login).ok_or("the name or the password is missing")?;
            format!(
                "Basic {}",
                BASE64.encode(format!("{name}:{password}").as_bytes())
            )
        }
        Some(("bearer", token)) => format!("Bearer {token}"),
        _ => return Err("after the address, there is neither basic nor bearer with a login"),
    };
    let mut value = HeaderValue::try_from(value).map_err(|_| "the token is none")?;
    value.set_sensitive(true);
    Ok((origin, value))
}

/// The first word and the rest, neither of them empty.
fn word(text: &str) -> Option<(&str, &str)> {
    let (word, rest) = text.trim().split_once(char::is_whitespace)?;
    Some((word, rest.trim_start()))
}

fn travels_in_the_clear(origin: &str) -> bool {
    let Ok(url) = Url::parse(origin) else {
        return true;
    };
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    let here = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    url.scheme() != "https" && !here
}

#[cfg(unix)]
fn refuse_open_to_others(file: &Path) -> Result<(), TangleError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = fs::metadata(file).map_err(|why| unreadable(file, &why))?;
    match metadata.permissions().mode() & 0o077 {
        0 => Ok(()),
        _ => Err(wrong(
            file,
            format!("others may read it: chmod 600 {}", file.display()),
        )),
    }
}

#[cfg(not(unix))]
fn refuse_open_to_others(_file: &Path) -> Result<(), TangleError> {
    Ok(())
}

fn unreadable(file: &Path, why: &io::Error) -> TangleError {
    wrong(file, format!("it cannot be read ({why})"))
}

fn wrong(file: &Path, why: String) -> TangleError {
    TangleError::Logins {
        file: file.display().to_string(),
        why,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn file(text: &str, mode: u32) -> tempfile::NamedTempFile {
        use std::os::unix::fs::PermissionsExt;
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        file
    }

    #[test]
    fn each_node_gets_its_own_login_and_no_other_does() {
        let text = "# the town\nhttps://node.town.example/  basic home7 correct horse \n\n\
            https://node.other.example:14265 bearer a.b.c\nhttp://127.0.0.1:14265 basic a b\n\
            http://[::1]:14265 basic a b\n";
        let logins = Logins::from_file(file(text, 0o600).path()).unwrap();
        let said = |origin| {
            let value = logins.authorization(origin)?;
            Some(value.to_str().unwrap().to_owned())
        };
        assert_eq!(
            said("https://node.town.example").unwrap(),
            format!("Basic {}", BASE64.encode(b"home7:correct horse"))
        );
        assert_eq!(
            said("https://node.other.example:14265").unwrap(),
            "Bearer a.b.c"
        );
        assert!(said("http://127.0.0.1:14265").is_some() && said("http://[::1]:14265").is_some());
        for other in [
            "http://node.town.example",
            "https://node.other.example",
            "https://node.town.example:8443",
            "https://evil.node.town.example",
        ] {
            assert_eq!(said(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_and_nothing_of_it_repeated() {
        for (line, why) in [
            ("https://node.example", "login is missing"),
            ("https://node.example basic", "neither"),
            ("https://node.example basic sesame ", "password is missing"),
            ("https://node.example sesame basic", "neither"),
            ("https://node.example bearer se\u{1}same", "token is none"),
            ("sesame basic https://node.example", "no address"),
            ("https://home:sesame@node.example basic a b", "no address"),
            ("http://node.example basic home sesame", "in the clear"),
            ("http://192.168.1.2 basic home sesame", "in the clear"),
        ] {
            let file = file(&format!("# one\n{line}\n"), 0o600);
            let error = Logins::from_file(file.path()).unwrap_err();
            let sentence = error.to_string();
            assert!(sentence.contains("in line 2"), "{line}: {sentence}");
            assert!(sentence.contains(why), "{line}: {sentence}");
            assert!(!format!("{sentence}{error:?}").contains("sesame"));
        }
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let open = file("https://node.example basic home sesame", 0o640);
        let sentence = Logins::from_file(open.path()).unwrap_err().to_string();
        assert!(
            sentence.contains("others may read it: chmod 600 /"),
            "{sentence}"
        );
        let missing = Logins::from_file(Path::new("/nowhere/logins")).unwrap_err();
        assert!(missing.to_string().contains("cannot be read"), "{missing}");
    }

    #[test]
    fn logins_do_not_print() {
        let file = file("https://node.example bearer sesame", 0o600);
        let logins = Logins::from_file(file.path()).unwrap();
        let settings = crate::Settings {
            logins: logins.clone(),
            ..crate::Settings::default()
        };
        let header = logins.authorization("https://node.example");
        let printed = format!("{settings:?} {logins:?} {header:?}");
        assert!(printed.contains("https://node.example") && !printed.contains("sesame"));
    }
}
