//! `cargo xtask documents`: what the documentation names is there.
//!
//! Links between pages, and files of this repository in `backticks`: a threat model that names the test which shows
//! something must not outlive that test.

use crate::workspace::root;
use anyhow::bail;
use std::fs;
use std::path::{Path, PathBuf};

/// What a file of this repository ends with when a page names it.
const ENDINGS: &[&str] = &[".rs", ".py", ".json", ".md", ".toml", ".txt", ".sh"];

/// Reads every page and looks for what it names.
pub(crate) fn run() -> anyhow::Result<()> {
    let mut pages = vec![root().join("README.md"), root().join("CHANGELOG.md")];
    collect(&root().join("docs"), &mut pages)?;
    let (mut named, mut missing) = (0, Vec::new());
    for page in &pages {
        let text = fs::read_to_string(page)?;
        for name in links(&text).chain(files(&text)) {
            named += 1;
            if !is_there(page, name) {
                missing.push(format!(
                    "{}: {name}",
                    page.strip_prefix(root()).unwrap_or(page).display()
                ));
            }
        }
    }
    if !missing.is_empty() {
        bail!(
            "the documentation names what is not there:\n  {}",
            missing.join("\n  ")
        );
    }
    println!(
        "{} pages name {named} files and places, and all are there.",
        pages.len()
    );
    Ok(())
}

fn collect(folder: &Path, pages: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, pages)?;
        } else if path.extension().is_some_and(|ending| ending == "md") {
            pages.push(path);
        }
    }
    Ok(())
}

/// Targets of `[text](target)` that are not elsewhere on the web, without the part behind `#`.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'));
    let targets = targets.map(|(target, _)| target.split('#').next().unwrap_or_default());
    targets.filter(|target| {
        !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:")
    })
}

/// Paths in backticks that look like a file of this repository: a slash, an ending of ours, no placeholder.
fn files(text: &str) -> impl Iterator<Item = &str> {
    let spans = text.split('`').skip(1).step_by(2);
    spans.filter(|span| {
        let plain = span
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
        plain
            && span.contains('/')
            && !span.starts_with('/')
            && ENDINGS.iter().any(|ending| span.ends_with(ending))
    })
}

fn is_there(page: &Path, name: &str) -> bool {
    let beside = page.parent().map(|folder| folder.join(name));
    root().join(name).exists() || beside.is_some_and(|path| path.exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_files_are_found() {
        let text = "See [it](protocol.md#4), [web](https://a.example/b.md), `crates/p1/src/lib.rs` and `cargo xtask test`.";
        assert_eq!(links(text).collect::<Vec<_>>(), ["protocol.md"]);
        assert_eq!(files(text).collect::<Vec<_>>(), ["crates/p1/src/lib.rs"]);
    }

    #[test]
    fn a_file_that_is_gone_is_missed() {
        let page = root().join("docs/protocol.md");
        assert!(is_there(&page, "xtask/src/main.rs") && is_there(&page, "architecture.md"));
        assert!(!is_there(&page, "scenarios/tests/no_such_story.rs"));
    }
}
