//! What a target begins with: bytes that are right, from the project's own fixtures and vectors, and bytes that once
//! were not handled.

use crate::Target;
use data_encoding::HEXLOWER;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Where inputs lie that were found by fuzzing; each is taken by every later test.
#[must_use]
pub fn regressions(target: &Target) -> PathBuf {
    root().join("fuzz/corpus").join(target.name)
}

/// Everything that the target begins with. Empty only if files are missing, which the tests refuse.
#[must_use]
pub fn corpus(target: &Target) -> Vec<Vec<u8>> {
    let mut inputs = (target.seeds)();
    inputs.extend(files(&regressions(target), ""));
    inputs
}

/// The files in a folder of the project whose names end so.
pub(crate) fn fixtures(folder: &str, ending: &str) -> Vec<Vec<u8>> {
    files(&root().join(folder), ending)
}

fn files(folder: &Path, ending: &str) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    paths.sort();
    paths
        .iter()
        .filter_map(|path| fs::read(path).ok())
        .collect()
}

/// The bytes at these places of a file in `docs/vectors`, `*` for every item of a list.
pub(crate) fn vectors(file: &str, places: &[&str]) -> Vec<Vec<u8>> {
    let text = fs::read(root().join("docs/vectors").join(file)).unwrap_or_default();
    let value = serde_json::from_slice::<Value>(&text).unwrap_or_default();
    places
        .iter()
        .flat_map(|place| found(&value, place))
        .collect()
}

fn found(value: &Value, place: &str) -> Vec<Vec<u8>> {
    let Some((step, rest)) = place.split_once('/') else {
        return at(value, place)
            .iter()
            .filter_map(|item| bytes(item))
            .collect();
    };
    at(value, step)
        .iter()
        .flat_map(|item| found(item, rest))
        .collect()
}

fn at<'a>(value: &'a Value, step: &str) -> Vec<&'a Value> {
    if step == "*" {
        return value
            .as_array()
            .map(|list| list.iter().collect())
            .unwrap_or_default();
    }
    let member = match step.parse::<usize>() {
        Ok(index) => value.get(index),
        Err(_) => value.get(step),
    };
    member.into_iter().collect()
}

/// Hexadecimal digits as the bytes they stand for, other text as it is.
fn bytes(value: &Value) -> Option<Vec<u8>> {
    let text = value.as_str()?;
    Some(
        HEXLOWER
            .decode(text.as_bytes())
            .unwrap_or_else(|_| text.into()),
    )
}
