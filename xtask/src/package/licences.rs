//! The licences of what a program is made of, with their texts: nearly all ask that the text goes where the program goes.

use crate::graph::{Graph, Package};
use crate::workspace::root;
use anyhow::{Context, ensure};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the build of the screens says which npm packages are in them.
const SCREENS: &str = "out/libraries-of-the-screens.txt";
/// How the names of files begin that say who may do what.
const TEXTS: [&str; 6] = [
    "license",
    "licence",
    "copying",
    "copyright",
    "notice",
    "unlicense",
];

/// Something that another wrote.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Library {
    name: String,
    version: String,
    /// As an SPDX expression.
    licence: String,
    /// Where it comes from.
    home: String,
    /// What its own package says of it.
    texts: Vec<String>,
}

/// Writes into this folder which crates link into a program of the workspace on a system, as Rust calls it, and under which
/// licences.
pub(super) fn of_program(name: &str, system: &str, folder: &Path) -> anyhow::Result<PathBuf> {
    write(name, crates(name, system)?, folder)
}

/// The same with the npm packages of the screens, which must be built.
pub(super) fn of_window(name: &str, system: &str, folder: &Path) -> anyhow::Result<PathBuf> {
    let mut libraries = crates(name, system)?;
    let list = root().join(SCREENS);
    let list = fs::read_to_string(&list)
        .with_context(|| format!("{} is not there: the screens write it", list.display()))?;
    for package in list.lines() {
        libraries.push(Library::of_npm(package)?);
    }
    write(name, libraries, folder)
}

fn crates(name: &str, system: &str) -> anyhow::Result<Vec<Library>> {
    let graph = Graph::of_the_workspace(system)?;
    let below = graph.foreign_below(name)?;
    below.into_iter().map(Library::of_crate).collect()
}

fn write(name: &str, mut libraries: Vec<Library>, folder: &Path) -> anyhow::Result<PathBuf> {
    ensure!(!libraries.is_empty(), "{name} is made of nothing");
    libraries.sort();
    let path = folder.join(format!("{name}-licences-of-libraries"));
    fs::write(&path, told(name, &libraries)?)?;
    Ok(path)
}

impl Library {
    fn of_crate(package: &Package) -> anyhow::Result<Self> {
        let folder = package.manifest_path.parent();
        let folder = folder.context("a manifest without a folder")?;
        let home = || format!("https://crates.io/crates/{}", package.name);
        Ok(Self {
            name: package.name.clone(),
            version: package.version.clone(),
            licence: package.license.clone().unwrap_or_default(),
            home: package.repository.clone().unwrap_or_else(home),
            texts: texts_in(folder)?,
        })
    }

    fn of_npm(name: &str) -> anyhow::Result<Self> {
        #[derive(Deserialize)]
        struct Manifest {
            version: String,
            license: String,
        }
        let folder = root().join("ui/node_modules").join(name);
        let manifest = fs::read(folder.join("package.json"));
        let manifest = manifest.with_context(|| format!("the npm package {name} is not there"))?;
        let Manifest { version, license } = serde_json::from_slice(&manifest)?;
        Ok(Self {
            name: name.to_owned(),
            version,
            licence: license,
            home: format!("https://www.npmjs.com/package/{name}"),
            texts: texts_in(&folder)?,
        })
    }
}

/// What the files of a package say that are named like a licence, also those in a folder that is.
fn texts_in(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    let mut texts = Vec::new();
    for entry in entries {
        let name = entry.file_name().to_string_lossy().to_lowercase();
        if !TEXTS.iter().any(|begin| name.starts_with(begin)) || name.ends_with(".rs") {
            continue;
        }
        if entry.file_type()?.is_dir() {
            for inner in fs::read_dir(entry.path())? {
                texts.push(text(&inner?.path())?);
            }
        } else {
            texts.push(text(&entry.path())?);
        }
    }
    Ok(texts)
}

/// Without the ends of lines of other systems and what is blank around it, so that equal texts are equal.
fn text(path: &Path) -> anyhow::Result<String> {
    let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let text = String::from_utf8_lossy(&bytes).replace('\r', "");
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    Ok(lines.join("\n").trim_matches('\n').to_owned())
}

/// All libraries with the numbers of their texts, and each text once.
fn told(program: &str, libraries: &[Library]) -> anyhow::Result<String> {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut texts: Vec<&str> = Vec::new();
    let mut said = format!(
        "{program} is made with these libraries. Each stands with its version, its licence (SPDX), where it comes from, and\n\
         the numbers of the texts below that its own package brings. One without a number brings none.\n\n"
    );
    for library in libraries {
        let Library {
            name,
            version,
            licence,
            home,
            texts: own,
        } = library;
        write!(said, "{name} {version}: {licence} ({home})")?;
        for text in own {
            let number = *numbers.entry(text).or_insert_with(|| {
                texts.push(text);
                texts.len()
            });
            write!(said, " [{number}]")?;
        }
        said.push('\n');
    }
    for (number, text) in (1..).zip(texts) {
        write!(said, "\n──── [{number}]\n\n{text}\n")?;
    }
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library(name: &str, texts: &[&str]) -> Library {
        Library {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            licence: "MIT".to_owned(),
            home: "https://example.org".to_owned(),
            texts: texts.iter().map(|&text| text.to_owned()).collect(),
        }
    }

    #[test]
    fn a_text_that_several_libraries_bring_stands_once() -> anyhow::Result<()> {
        let libraries = [
            library("one", &["Apache", "MIT of one"]),
            library("two", &["Apache"]),
            library("three", &[]),
        ];
        let said = told("a-program", &libraries)?;
        for line in [
            "one 1.0.0: MIT (https://example.org) [1] [2]",
            "two 1.0.0: MIT (https://example.org) [1]",
            "three 1.0.0: MIT (https://example.org)",
        ] {
            assert!(said.lines().any(|known| known == line), "{line}");
        }
        assert_eq!(said.matches("Apache").count(), 1);
        Ok(())
    }

    #[test]
    fn the_crates_of_a_program_come_with_their_texts() -> anyhow::Result<()> {
        let libraries = crates("pi-daemon", crate::graph::LINUX)?;
        let serde = libraries.iter().find(|library| library.name == "serde");
        let serde = serde.context("pi-daemon links serde")?;
        assert_eq!(serde.licence, "MIT OR Apache-2.0");
        assert!(
            serde
                .texts
                .iter()
                .any(|text| text.contains("Permission is hereby granted"))
        );
        assert!(!libraries.iter().any(|library| library.name == "channel"));
        Ok(())
    }
}
