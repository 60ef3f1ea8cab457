//! A figure, and how it is said.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

/// One measured number beside what it is compared with.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figure {
    /// For programs: stays the same from version to version.
    name: String,
    /// For people: goes on with the value.
    #[serde(skip)]
    sentence: String,
    value: f64,
    unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    goal: Option<Goal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compared: Option<Comparison>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

#[derive(Clone, Debug, Serialize)]
struct Comparison {
    with: String,
    value: f64,
    /// How many of these figures make up that one.
    ratio: f64,
}

impl Figure {
    /// `sentence` goes on with the value and its unit.
    pub(crate) fn new(
        name: impl Into<String>,
        sentence: impl Into<String>,
        value: f64,
        unit: &'static str,
    ) -> Self {
        Self {
            name: name.into(),
            sentence: sentence.into(),
            value,
            unit,
            goal: None,
            compared: None,
        }
    }

    /// A processor time in milliseconds.
    pub(crate) fn milliseconds(
        name: impl Into<String>,
        sentence: impl Into<String>,
        time: Duration,
    ) -> Self {
        Self::new(name, sentence, time.as_secs_f64() * 1e3, "ms")
    }

    /// A processor time in microseconds.
    pub(crate) fn microseconds(
        name: impl Into<String>,
        sentence: impl Into<String>,
        time: Duration,
    ) -> Self {
        Self::new(name, sentence, time.as_secs_f64() * 1e6, "µs")
    }

    pub(crate) fn at_most(self, goal: f64) -> Self {
        Self {
            goal: Some(Goal::AtMost(goal)),
            ..self
        }
    }

    pub(crate) fn at_least(self, goal: f64) -> Self {
        Self {
            goal: Some(Goal::AtLeast(goal)),
            ..self
        }
    }

    /// Beside `value`, in the same unit, of something else.
    pub(crate) fn beside(self, with: impl Into<String>, value: f64) -> Self {
        let ratio = value / self.value;
        Self {
            compared: Some(Comparison {
                with: with.into(),
                value,
                ratio,
            }),
            ..self
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.sentence, Short(self.value), self.unit)?;
        if let Some(comparison) = &self.compared {
            let (value, unit) = (Short(comparison.value), self.unit);
            write!(
                f,
                "; {} {value} {unit}, {} times as much",
                comparison.with,
                Short(comparison.ratio)
            )?;
        }
        if let Some(goal) = &self.goal {
            let (word, goal, reached) = match goal {
                Goal::AtMost(goal) => ("most", *goal, self.value <= *goal),
                Goal::AtLeast(goal) => ("least", *goal, self.value >= *goal),
            };
            let verdict = if reached { "reached" } else { "NOT reached" };
            write!(f, " (goal: at {word} {}, {verdict})", Short(goal))?;
        }
        f.write_str(".")
    }
}

/// A number with three significant digits, and commas between thousands.
struct Short(f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            value if value >= 999.5 => f.write_str(&with_commas(&format!("{value:.0}"))),
            value if value >= 99.95 || value == value.trunc() => write!(f, "{value:.0}"),
            value if value >= 9.995 => write!(f, "{value:.1}"),
            value if value >= 0.9995 => write!(f, "{value:.2}"),
            value => write!(f, "{value:.3}"),
        }
    }
}

fn with_commas(digits: &str) -> String {
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_a_sentence_with_its_goal_and_its_comparison() {
        let figure = Figure::new("block", "Making a block takes", 1.5, "ms")
            .at_most(5.0)
            .beside("the original needs", 225.0);
        assert_eq!(
            figure.to_string(),
            "Making a block takes 1.50 ms; the original needs 225 ms, 150 times as much (goal: at most 5, reached)."
        );
        let slow = Figure::new("block", "It takes", 6.0, "ms").at_most(5.0);
        assert_eq!(
            slow.to_string(),
            "It takes 6 ms (goal: at most 5, NOT reached)."
        );
    }

    #[test]
    fn numbers_are_short() {
        let short = [0.001_23, 0.5, 1.234, 12.34, 99.97, 682.4, 3_153_600.0]
            .map(|value| Short(value).to_string());
        assert_eq!(
            short,
            ["0.001", "0.500", "1.23", "12.3", "100", "682", "3,153,600"]
        );
    }
}
