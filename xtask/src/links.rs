//! `cargo xtask links`: which cryptography links into which program, and what must never be below what.
//!
//! `iota-client` brings an old TLS stack and old cryptography. Keys never pass through it: `tangle` is the only crate
//! of a program that uses it, and no crate that has a key type is below or beside it in `tangle`. `docs/links.txt` lists what
//! follows from that for each program, and changes only on purpose.

use crate::graph::{Graph, LINUX};
use crate::workspace::root;
use anyhow::bail;
use clap::Args;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

/// Crates without I/O: what they may never depend on, however indirectly.
const WITHOUT_IO: [&str; 8] = [
    "p1",
    "readings",
    "plain-text",
    "prices",
    "kem",
    "channel",
    "consent",
    "pairing",
];
const IO: &[&str] = &[
    "iota-client",
    "iota-crypto",
    "iota-sdk",
    "tokio",
    "mio",
    "socket2",
    "reqwest",
    "hyper",
    "axum",
    "rusqlite",
    "libsqlite3-sys",
    "ring",
    "rustls",
    "openssl-sys",
    "native-tls",
    "nix",
    "tokio-serial",
];
/// The only crate that may use the old client, and what keys are made of, which it may not know.
const CLIENT: &str = "iota-client";
const DOOR: &str = "tangle";
const KEYS: &[&str] = &["kem", "channel", "consent", "pairing", "wallet", "data-dir"];
/// Packages that no user runs.
const TOOLS: &[&str] = &[
    "bench",
    "fuzz",
    "lab",
    "programs",
    "scenarios",
    "vectors",
    "virtual-radio",
    "xtask",
];
const LIST: &str = "docs/links.txt";

/// Cryptography, randomness or wiping for it that is not filed under [`CATEGORY`].
const CRYPTOGRAPHY: &[&str] = &[
    "aws-lc-rs",
    "aws-lc-sys",
    "bip39",
    "bitcoin_hashes",
    "blake2b_simd",
    "block-cipher",
    "crypto-mac",
    "ecdsa",
    "ed25519-zebra",
    "getrandom",
    "iota-crypto",
    "k256",
    "md-5",
    "native-tls",
    "openssl",
    "openssl-sys",
    "p256",
    "rand_chacha",
    "rand_core",
    "scrypt",
];
/// What crates.io calls cryptography (<https://crates.io/category_slugs>).
const CATEGORY: &str = "cryptography";

/// Whether to write the list.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Write the list instead of comparing it.
    #[arg(long)]
    write: bool,
}

/// Checks the rules, then the list.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let graph = Graph::of_the_workspace(LINUX)?;
    rules(&graph)?;
    let (path, text) = (root().join(LIST), list(&graph)?);
    if options.write {
        fs::write(&path, text)?;
        println!("{LIST}: written");
    } else if fs::read_to_string(&path).unwrap_or_default() == text {
        println!("What links into which program is as {LIST} says.");
    } else {
        bail!(
            "what links into the programs is not what {LIST} says: look at the difference after `cargo xtask links --write`, \
             and keep it only if it is meant"
        );
    }
    Ok(())
}

fn rules(graph: &Graph) -> anyhow::Result<()> {
    for name in WITHOUT_IO {
        let below = graph.names_below(name, None)?;
        if let Some(found) = IO.iter().find(|io| below.contains(**io)) {
            bail!("{name} must do no I/O, but {found} links into it");
        }
    }
    let mut users = graph.direct_users(CLIENT);
    // The figures compare with its proof of work.
    users.retain(|user| !TOOLS.contains(&user.as_str()));
    if users != [DOOR] {
        bail!(
            "only {DOOR} may use {CLIENT}; it is used by {}",
            users.join(", ")
        );
    }
    let below = graph.names_below(DOOR, None)?;
    if let Some(found) = KEYS.iter().find(|key| below.contains(**key)) {
        bail!("{DOOR} uses {CLIENT} and must know no keys, but it depends on {found}");
    }
    Ok(())
}

fn list(graph: &Graph) -> anyhow::Result<String> {
    let mut text = format!(
        "# Cryptography in each program; written by `cargo xtask links --write`, compared by `cargo xtask test`.\n\
         # What is listed as brought by {CLIENT} alone is reached from no other crate of the program: no key passes it.\n"
    );
    for program in graph
        .programs()
        .into_iter()
        .filter(|name| !TOOLS.contains(&name.as_str()))
    {
        let all = graph.versions_below(&program, None)?;
        let ours = graph.versions_below(&program, Some(CLIENT))?;
        let only_old = all.difference(&ours).cloned().collect();
        writeln!(text, "\n{program}")?;
        paragraph(graph, &mut text, "used by us, or by what we use", &ours)?;
        paragraph(
            graph,
            &mut text,
            &format!("brought by {CLIENT} alone"),
            &only_old,
        )?;
    }
    Ok(text)
}

fn paragraph(
    graph: &Graph,
    text: &mut String,
    title: &str,
    crates: &BTreeSet<(String, String)>,
) -> anyhow::Result<()> {
    let crates = crates.iter().filter(|(name, _)| {
        CRYPTOGRAPHY.contains(&name.as_str()) || graph.is_filed_under(name, CATEGORY)
    });
    let crates: Vec<String> = crates
        .map(|(name, version)| format!("    {name} {version}\n"))
        .collect();
    if !crates.is_empty() {
        writeln!(text, "  {title}")?;
        text.push_str(&crates.concat());
    }
    Ok(())
}
