//! Clients that others wrote, unmodified from their registries, installed once under cargo's target directory.

mod older_python;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/conformance");
const INSTALLED: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/conformance");

const RIGHT_PYTHON: &str = "a CPython from 3.9 to 3.12 with venv (on Debian 12: python3-venv), or Debian 13 with python3-venv";

/// Pythons for which the SDK is built, the system's own first.
const PYTHONS: [&str; 5] = [
    "python3",
    "python3.12",
    "python3.11",
    "python3.10",
    "python3.9",
];
const OLDEST_AND_NEWEST: &str =
    "import sys, venv, ensurepip; sys.exit(not (3, 9) <= sys.version_info[:2] <= (3, 12))";

/// `@iota/iota.js` and `@iota/mqtt.js`: the command that runs its script.
pub(crate) fn iota_js() -> Command {
    let (scripts, installed) = places("iota.js");
    install_once(&scripts, &installed, "package-lock.json", || {
        fs::copy(scripts.join("package.json"), installed.join("package.json")).unwrap();
        fs::copy(
            scripts.join("package-lock.json"),
            installed.join("package-lock.json"),
        )
        .unwrap();
        let npm = [
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--silent",
        ];
        must(
            Command::new("npm").args(npm).current_dir(&installed),
            "Node 18 or later with npm",
        );
    });
    let mut node = Command::new("node");
    node.arg(scripts.join("client.js"))
        .env("NODE_PATH", installed.join("node_modules"));
    node
}

/// `iota-sdk` for Python: the command that runs its script.
pub(crate) fn iota_sdk() -> Command {
    let (scripts, installed) = places("iota-sdk");
    let (venv, packages) = (installed.join("venv"), installed.join("packages"));
    let list = scripts.join("requirements.txt");
    install_once(&scripts, &installed, "requirements.txt", || {
        let found = PYTHONS.into_iter().find(|python| is_right(python));
        virtual_environment(found.unwrap_or("python3"), &venv);
        let mut pip = pip_install(&venv, &list);
        if found.is_none() {
            let older = older_python::unpack(&installed.join("older"));
            older.unwrap_or_else(|| panic!("the Python client needs {RIGHT_PYTHON}"));
            pip.args(["--python-version", older_python::VERSION, "--target"]);
            pip.arg(&packages);
        }
        must(&mut pip, "the package registry");
    });
    let mut client = if packages.exists() {
        let mut older = Command::new(older_python::in_folder(&installed.join("older")));
        older.env("PYTHONPATH", packages);
        older
    } else {
        Command::new(venv.join("bin/python"))
    };
    client
        .arg(scripts.join("client.py"))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    client
}

fn virtual_environment(python: &str, place: &Path) {
    let mut make = Command::new(python);
    make.args(["-m", "venv", "--clear"]).arg(place);
    must(&mut make, RIGHT_PYTHON);
}

/// Installs what the list names, in builds with the list's hashes only.
fn pip_install(venv: &Path, list: &Path) -> Command {
    let mut pip = Command::new(venv.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet"])
        .args(["--disable-pip-version-check", "--require-hashes"])
        .args(["--only-binary", ":all:", "--requirement"])
        .arg(list);
    pip
}

fn places(name: &str) -> (PathBuf, PathBuf) {
    (
        Path::new(SCRIPTS).join(name),
        Path::new(INSTALLED).join(name),
    )
}

/// Installs unless that was done from this very list.
fn install_once(scripts: &Path, installed: &Path, list: &str, install: impl FnOnce()) {
    let wanted = fs::read(scripts.join(list)).unwrap();
    let marker = installed.join("made-from");
    if fs::read(&marker).is_ok_and(|from| from == wanted) {
        return;
    }
    println!(
        "installing {} into {} once",
        scripts.join(list).display(),
        installed.display()
    );
    // What an earlier list left.
    let _ = fs::remove_dir_all(installed);
    fs::create_dir_all(installed).unwrap();
    install();
    fs::write(marker, wanted).unwrap();
}

fn is_right(python: &str) -> bool {
    let asked = Command::new(python)
        .args(["-c", OLDEST_AND_NEWEST])
        .stderr(Stdio::null())
        .status();
    asked.is_ok_and(|status| status.success())
}

fn must(command: &mut Command, needs: &str) {
    let done = command.status();
    assert!(
        done.as_ref().is_ok_and(|status| status.success()),
        "{command:?} failed ({done:?}); it needs {needs}"
    );
}
