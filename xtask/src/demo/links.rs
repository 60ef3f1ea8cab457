//! Links `meterkast://` go to the window of the demonstration while it lasts, and afterwards where they went before.
//!
//! The desktop knows programs by their `.desktop` files and which one opens what by `mimeapps.list`, where a kind of link has a
//! list of programs, the first that is there first. Ours goes before those that stand there, and is taken off it again.

use anyhow::Context;
use programs::{Home, House};
use std::fs;
use std::path::{Path, PathBuf};

const HANDLER: &str = "meterkast-demo.desktop";
const KIND: &str = "x-scheme-handler/meterkast";
const SECTION: &str = "[Default Applications]";

/// Links go to the demonstration for as long as this is kept, or until a signal ends this program.
pub(crate) struct Diverted;

impl Drop for Diverted {
    fn drop(&mut self) {
        give_back();
    }
}

/// Sends links to this program with the demonstration's wallet.
pub(crate) fn divert(program: &Path, house: &House) -> anyhow::Result<Diverted> {
    let file = applications()?.join(HANDLER);
    let list = list()?;
    // Only what could be read is written anew.
    let known = match fs::read_to_string(&list) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        read => read.with_context(|| format!("{} cannot be read", list.display()))?,
    };
    programs::before_the_end(give_back);
    let diverted = Diverted;
    write(&file, &entry(program, &house.home, &house.node.url))?;
    write(&list, &with_ours(&known))?;
    Ok(diverted)
}

/// Who cannot be told is told what is left.
fn give_back() {
    if let Err(error) = try_to_give_back() {
        println!(
            "Links may still go to the demonstration ({error:#}): take {HANDLER} off mimeapps.list."
        );
    }
}

fn try_to_give_back() -> anyhow::Result<()> {
    let file = applications()?.join(HANDLER);
    if file.exists() {
        fs::remove_file(&file)?;
    }
    let list = list()?;
    let Ok(text) = fs::read_to_string(&list) else {
        return Ok(());
    };
    match without_ours(&text) {
        rest if rest == text => Ok(()),
        rest if rest.trim() == SECTION => Ok(fs::remove_file(&list)?),
        rest => write(&list, &rest),
    }
}

fn entry(program: &Path, home: &Home, tangle: &str) -> String {
    format!(
        "[Desktop Entry]\nType=Application\nName=My Home (demo)\nNoDisplay=true\nMimeType={KIND};\n\
         Exec=env \"MY_HOME_DATA_DIR={}\" \"MY_HOME_TANGLE={tangle}\" \"{}\" %u\n",
        home.data().display(),
        program.display(),
    )
}

fn with_ours(list: &str) -> String {
    let list = without_ours(list);
    let mut lines: Vec<String> = list.lines().map(str::to_owned).collect();
    let begin = match lines.iter().position(|line| line.trim() == SECTION) {
        Some(at) => at + 1,
        None => {
            lines.push(SECTION.to_owned());
            lines.len()
        }
    };
    let section = lines.iter_mut().skip(begin);
    let mut section = section.take_while(|line| !line.starts_with('['));
    let known = section.find_map(|line| {
        let programs = programs_of(line)?.to_owned();
        *line = format!("{KIND}={HANDLER};{programs}");
        Some(())
    });
    if known.is_none() {
        lines.insert(begin, format!("{KIND}={HANDLER};"));
    }
    lines.join("\n") + "\n"
}

fn without_ours(list: &str) -> String {
    let ours = format!("{HANDLER};");
    let lines = list.split_inclusive('\n').filter_map(|line| {
        let Some(programs) = programs_of(line).filter(|programs| programs.contains(&ours)) else {
            return Some(line.to_owned());
        };
        let others = programs.replace(&ours, "");
        (!others.trim().is_empty()).then(|| format!("{KIND}={others}"))
    });
    lines.collect()
}

/// The programs of a line about links of ours.
fn programs_of(line: &str) -> Option<&str> {
    line.strip_prefix(KIND)?.strip_prefix('=')
}

fn applications() -> anyhow::Result<PathBuf> {
    Ok(folder("XDG_DATA_HOME", ".local/share")?.join("applications"))
}

fn list() -> anyhow::Result<PathBuf> {
    Ok(folder("XDG_CONFIG_HOME", ".config")?.join("mimeapps.list"))
}

/// One of the person's folders, as the XDG base directory specification has it.
fn folder(variable: &str, otherwise: &str) -> anyhow::Result<PathBuf> {
    match std::env::var_os(variable).filter(|path| Path::new(path).is_absolute()) {
        Some(path) => Ok(path.into()),
        None => Ok(std::env::home_dir()
            .context("this account has no home folder")?
            .join(otherwise)),
    }
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    let above = file.parent().context("a file without a folder")?;
    fs::create_dir_all(above)?;
    fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))
}

#[cfg(test)]
mod tests {
    use super::{with_ours, without_ours};

    #[test]
    fn whatever_opened_links_before_opens_them_again() {
        for before in [
            "[Default Applications]\n",
            "[Default Applications]\ntext/html=firefox.desktop\n",
            "[Default Applications]\nx-scheme-handler/meterkast=my-home-app.desktop\n",
            "[Added Associations]\nimage/png=a.desktop;\n\n[Default Applications]\n\
             x-scheme-handler/meterkast=my-home-app.desktop;other.desktop;\ntext/html=firefox.desktop\n\n[Other]\nx=y\n",
        ] {
            let during = with_ours(before);
            assert_ne!(during, before);
            assert_eq!(without_ours(&during), before);
        }
        assert_eq!(without_ours(&with_ours("")), "[Default Applications]\n");
    }

    #[test]
    fn ours_comes_first_and_once() {
        let before = "[Default Applications]\nx-scheme-handler/meterkast=my-home-app.desktop;\n";
        let during = "[Default Applications]\n\
                      x-scheme-handler/meterkast=meterkast-demo.desktop;my-home-app.desktop;\n";
        assert_eq!(with_ours(before), during);
        // A demonstration that was killed left it there.
        assert_eq!(with_ours(during), during);
    }

    #[test]
    fn programs_that_were_only_added_stay_what_they_were() {
        let added = "[Added Associations]\nx-scheme-handler/meterkast=other.desktop;\n";
        let during = with_ours(added);
        assert!(during.starts_with(added));
        assert!(during.ends_with(
            "[Default Applications]\nx-scheme-handler/meterkast=meterkast-demo.desktop;\n"
        ));
    }
}
