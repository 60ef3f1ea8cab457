//! Claim: whatever the programs say, at their most talkative, and whatever they leave where others can look, no secret
//! is in it: not in logs, not in command lines, not in files that others can open, and no core dump is ever written.
//!
//! The story is lived by the real programs. Afterwards every secret that exists is collected from where it may be (key
//! files, databases, what was shown once on purpose) and looked for everywhere else, as bytes, hexadecimal and Base64.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use programs::{Built, House, number, text};
use serde_json::Value;

/// Set for the process that lives the story, so that its programs inherit the filters of their logs.
const INSIDE: &str = "SECRETS_STORY_FOLDER";
const LOGS: [&str; 3] = ["PI_DAEMON_LOG", "PROVIDER_SERVICE_LOG", "MY_HOME_LOG"];

#[test]
fn secrets_stay_inside() {
    if let Ok(folder) = std::env::var(INSIDE) {
        return live(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let mut story = Command::new(std::env::current_exe().unwrap());
    story
        .args(["--exact", "secrets_stay_inside", "--nocapture"])
        .env(INSIDE, folder.path());
    for log in LOGS {
        story.env(log, "trace");
    }
    let output = story.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the story went wrong: {said}");
    look(folder.path());
}

/// From pairing to erasing; what each program says goes into files of the folder.
fn live(folder: &Path) {
    let mut house = House::start(Built::beside_this_test().unwrap(), folder).unwrap();
    let shown = Shown {
        folder: folder.to_owned(),
    };
    let code = house.pi.set_up().unwrap();
    shown.keep("pairing-code", &code);
    let tangle = house.node.url.clone();
    house.pi.start("simulated:7", &tangle, 1).unwrap();

    let made = my_home(folder, &tangle, &["init"], "");
    shown.keep("words", &text(&made, "/words"));
    my_home(folder, &tangle, &["pair"], &code);
    house.open_service("Wattt Insights", 0).unwrap();
    let request = house
        .wait_for(60, "a request", |house| {
            house.service(0)?.request().map(Some)
        })
        .unwrap();
    shown.keep("link", &text(&request, "/link"));
    let opened = my_home(
        folder,
        &tangle,
        &["open", "--no-site-check"],
        &text(&request, "/link"),
    );
    let given = my_home(folder, &tangle, &["grant", &text(&opened, "/id")], "");
    let id = text(&given, "/id");
    let read = |house: &House| {
        number(&house.service(0)?.consent(&id)?, "/readings")
            .filter(|&n| n > 0)
            .ok_or_else(|| anyhow::anyhow!("none yet"))
    };
    house
        .wait_for(90, "readings", |house| read(house).map(Some))
        .unwrap();
    let pi = house.pi.process_id().unwrap();
    no_core_dump(pi);
    fs::copy(
        format!("/proc/{pi}/cmdline"),
        folder.join("pi-command-line.log"),
    )
    .unwrap();
    keep_secrets(folder, "while it runs");
    my_home(folder, &tangle, &["revoke", &id], "");
    my_home(folder, &tangle, &["activity"], "");
    keep_secrets(folder, "after the end");
}

/// What a program showed once because somebody has to see it; kept apart from what it logs.
struct Shown {
    folder: PathBuf,
}

impl Shown {
    fn keep(&self, what: &str, secret: &str) {
        assert!(!secret.is_empty(), "there is no {what}");
        fs::write(self.folder.join(format!("shown.{what}")), secret).unwrap();
    }
}

/// Runs the wallet with what is secret on its standard input; what it says and logs is kept, but for the new words.
fn my_home(folder: &Path, tangle: &str, command: &[&str], input: &str) -> Value {
    let program = Built::beside_this_test()
        .unwrap()
        .program("my-home")
        .unwrap();
    let mut wallet = Command::new(program);
    wallet
        .args(["--json", "--keychain", "file", "--tangle", tangle])
        .args(command);
    wallet.arg("--data-dir").arg(folder.join("my-home"));
    wallet
        .arg("--passphrase-file")
        .arg(folder.join("my-home.passphrase"));
    let standard_input = folder.join("input");
    fs::write(&standard_input, input).unwrap();
    let output = wallet
        .stdin(fs::File::open(&standard_input).unwrap())
        .output()
        .unwrap();
    fs::remove_file(standard_input).unwrap();
    let log = folder.join(format!("my-home-{}.log", command.first().unwrap()));
    let mut said = output.stderr.clone();
    if command != ["init"] {
        said.extend(&output.stdout);
    }
    fs::write(&log, &said).unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let line = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(line.lines().last().unwrap_or_default())
        .unwrap_or_else(|_| serde_json::from_str(&line).unwrap())
}

fn no_core_dump(process: u32) {
    let limits = fs::read_to_string(format!("/proc/{process}/limits")).unwrap();
    let mut lines = limits.lines();
    let line = lines
        .find(|line| line.starts_with("Max core file size"))
        .unwrap();
    let figures: Vec<&str> = line.split_whitespace().skip(4).take(2).collect();
    assert_eq!(figures, ["0", "0"], "a core dump may be written: {line}");
}

/// Every 32 bytes that a database or key file holds as a secret, copied before they are forgotten.
fn keep_secrets(folder: &Path, when: &str) {
    let mut found = Vec::new();
    for file in files(folder) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if name.ends_with(".key") {
            found.push(fs::read(&file).unwrap());
        }
    }
    found.extend(column(
        &folder.join("pi/pi-daemon.db"),
        "SELECT publisher FROM channel",
    ));
    found.extend(column(
        &folder.join("pi/pi-daemon.db"),
        "SELECT pairwise FROM reader",
    ));
    found.extend(column(
        &folder.join("pi/pi-daemon.db"),
        "SELECT value FROM setting",
    ));
    found.extend(column(
        &folder.join("my-home/wallet.db"),
        "SELECT body FROM journal",
    ));
    found.extend(column(
        &folder.join("my-home/wallet.db"),
        "SELECT state FROM place",
    ));
    found.extend(column(
        &folder.join("wattt-insights/provider.sqlite"),
        "SELECT body FROM secret",
    ));
    fs::write(
        folder.join(format!("secrets.{when}")),
        serde_json::to_vec(&found).unwrap(),
    )
    .unwrap();
}

fn column(file: &Path, question: &str) -> Vec<Vec<u8>> {
    let database = rusqlite::Connection::open(file)
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut rows = database
        .prepare(question)
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let values = rows.query_map([], |row| row.get(0)).unwrap();
    values.map(Result::unwrap).collect()
}

fn look(folder: &Path) {
    let secrets = secrets(folder);
    let search = Search::of(&secrets);
    let (private, open): (Vec<_>, Vec<_>) = files(folder)
        .into_iter()
        .partition(|file| is_private(folder, file));
    for file in &open {
        let found = search.in_file(file);
        assert!(found.is_empty(), "{} holds {found:?}", file.display());
    }
    // Where secrets may be they are found, or this test would look for the wrong bytes.
    let stored: BTreeSet<_> = private
        .iter()
        .filter(|file| !is_shown(file))
        .flat_map(|file| search.in_file(file))
        .collect();
    assert!(
        stored.len() > 20,
        "only {stored:?} of {} secrets were found where they are kept",
        secrets.len()
    );
    let logs: u64 = open
        .iter()
        .filter(|file| is_log(file))
        .map(|file| file.metadata().unwrap().len())
        .sum();
    assert!(
        logs > 10_000,
        "the programs hardly said anything: {logs} bytes"
    );
    println!(
        "{} secrets, {} of them at rest; {logs} bytes of logs",
        secrets.len(),
        stored.len()
    );
}

/// A file may hold secrets if it is shown on purpose, or if nobody but its owner can open it and its directory.
fn is_private(folder: &Path, file: &Path) -> bool {
    let name = file.file_name().unwrap().to_string_lossy();
    if is_shown(file) {
        return true;
    }
    if is_log(file) || name.starts_with("tangle.") {
        return false;
    }
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o077;
    let inside = file.parent().unwrap();
    mode(file) == 0 && (inside == folder || mode(inside) == 0)
}

/// What this test keeps for itself.
fn is_shown(file: &Path) -> bool {
    let name = file.file_name().unwrap().to_string_lossy();
    name.starts_with("shown.") || name.starts_with("secrets.")
}

fn is_log(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending == "log")
}

/// Names and forms of every secret.
fn secrets(folder: &Path) -> BTreeMap<String, Vec<Vec<u8>>> {
    let mut secrets = BTreeMap::new();
    let shown = |what: &str| fs::read_to_string(folder.join(format!("shown.{what}"))).unwrap();
    let words = shown("words");
    secrets.insert(
        "the 24 words".to_owned(),
        vec![
            words.clone().into_bytes(),
            first_words(&words, 4).into_bytes(),
        ],
    );
    let (code, link) = (shown("pairing-code"), shown("link"));
    secrets.insert(
        "the pairing code".to_owned(),
        vec![after(&code, '#').into()],
    );
    secrets.insert(
        "the secret of the link".to_owned(),
        vec![after(&link, '=').get(..40).unwrap().into()],
    );
    let passphrase = fs::read_to_string(folder.join("my-home.passphrase")).unwrap();
    secrets.insert("the passphrase".to_owned(), vec![passphrase.trim().into()]);
    let key = fs::read_to_string(folder.join("wattt-insights.api-key")).unwrap();
    secrets.insert("the API key".to_owned(), vec![key.trim().into()]);
    for when in ["while it runs", "after the end"] {
        let stored: Vec<Vec<u8>> =
            serde_json::from_slice(&fs::read(folder.join(format!("secrets.{when}"))).unwrap())
                .unwrap();
        for bytes in stored.iter().flat_map(|bytes| keys(bytes)) {
            secrets.insert(format!("{:02x?}… ({when})", &bytes[..4]), forms(&bytes));
        }
    }
    secrets
}

/// The byte strings of 32 bytes in CBOR, and a whole file that has as many.
fn keys(bytes: &[u8]) -> Vec<[u8; 32]> {
    let alone = bytes.try_into().ok();
    let marked = bytes
        .windows(34)
        .filter(|window| window.starts_with(&[0x58, 32]));
    let inside = marked.filter_map(|window| window.get(2..)?.try_into().ok());
    // Zeros and other patterns are no keys.
    alone
        .into_iter()
        .chain(inside)
        .filter(|key: &[u8; 32]| !key.windows(4).any(|part| part == [0; 4]))
        .collect()
}

fn forms(bytes: &[u8]) -> Vec<Vec<u8>> {
    use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
    let printed = format!("{bytes:?}");
    // The last characters of Base64 depend on what follows.
    let base64 = [BASE64.encode(bytes), BASE64URL_NOPAD.encode(bytes)]
        .map(|text| text.as_bytes()[..40].to_vec());
    let mut forms = vec![
        bytes.to_vec(),
        HEXLOWER.encode(bytes).into(),
        HEXUPPER.encode(bytes).into(),
        printed.into(),
    ];
    forms.extend(base64);
    forms
}

fn first_words(words: &str, count: usize) -> String {
    words
        .split_whitespace()
        .take(count)
        .collect::<Vec<_>>()
        .join(" ")
}

fn after(text: &str, mark: char) -> &str {
    text.rsplit(mark).next().unwrap()
}

/// Looks for many secrets at once, by their first bytes.
struct Search<'a>(HashMap<[u8; 8], Vec<(&'a str, &'a [u8])>>);

impl<'a> Search<'a> {
    fn of(secrets: &'a BTreeMap<String, Vec<Vec<u8>>>) -> Self {
        let mut starts: HashMap<_, Vec<_>> = HashMap::new();
        for (name, forms) in secrets {
            for form in forms {
                let start = *form.first_chunk().expect("a secret has eight bytes");
                starts
                    .entry(start)
                    .or_default()
                    .push((name.as_str(), form.as_slice()));
            }
        }
        Self(starts)
    }

    fn in_file(&self, file: &Path) -> BTreeSet<&'a str> {
        let bytes = fs::read(file).unwrap();
        let mut found = BTreeSet::new();
        for at in 0..bytes.len() {
            let Some(start) = bytes[at..].first_chunk() else {
                break;
            };
            let here = self.0.get(start).into_iter().flatten();
            found.extend(
                here.filter(|(_, form)| bytes[at..].starts_with(form))
                    .map(|(name, _)| *name),
            );
        }
        found
    }
}

/// Every file below the folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else if path.is_file() {
                vec![path]
            } else {
                Vec::new()
            }
        })
        .collect()
}
