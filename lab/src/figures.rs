//! What a scenario measured, and whether its claim held.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Named numbers, in the order in which they were measured. Names end with their unit where they have one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Figures(Map<String, Value>);

impl Figures {
    /// Adds one.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// Adds one that is rounded to a tenth.
    pub(crate) fn with_tenths(self, name: &str, value: f64) -> Self {
        self.with(name, (value * 10.0).round() / 10.0)
    }

    /// Counts of the same things elsewhere, added up.
    pub(crate) fn plus(mut self, other: &Self) -> Self {
        for (name, value) in &other.0 {
            let sum = self.0.get(name).and_then(Value::as_u64).unwrap_or_default()
                + value.as_u64().unwrap_or_default();
            self.0.insert(name.clone(), sum.into());
        }
        self
    }

    /// Each as `name: value`.
    pub(crate) fn sentences(&self) -> impl Iterator<Item = String> {
        let words = |name: &str| name.replace('_', " ");
        self.0
            .iter()
            .map(move |(name, value)| format!("{}: {value}", words(name)))
    }
}

/// What came of one scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) scenario: String,
    pub(crate) ok: bool,
    pub(crate) figures: Figures,
    pub(crate) seconds: u64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) broken: Option<String>,
}

/// The most memory that this process has ever held, in MB.
pub(crate) fn peak_memory_mb() -> f64 {
    peak_memory_mb_of("self")
}

/// The same of another process, by its number.
pub(crate) fn peak_memory_mb_of(process: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1_000.0
}

/// Processor time that this process has used, in seconds.
pub(crate) fn processor_seconds() -> f64 {
    /// Linux counts in hundredths, whatever the kernel's own clock.
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is a name in brackets; user and system time are the 14th and 15th.
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let fields = after_name.split_whitespace().skip(11).take(2);
    fields
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / TICKS
}
