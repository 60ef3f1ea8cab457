//! How the daemon is, for one screen and for programs.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::meters::MeterName;
use crate::words::{ago, plural, until};

/// Everything that `pi-daemon status` shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Whether a daemon answered; if not, this is what stands on the disk.
    pub running: bool,
    /// What this meter is called, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The program's version.
    pub version: String,
    /// When the report was made, in unix seconds.
    pub at: u64,
    /// The meter.
    pub meter: MeterReport,
    /// The node.
    pub node: NodeReport,
    /// The radio by which a wallet nearby finds the device; nothing if no daemon answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub radio: Option<RadioReport>,
    /// What waits to be published.
    pub outbox: OutboxReport,
    /// Readings and intervals that went into blocks since the first start, once for each lane that carries them.
    pub readings_published: u64,
    /// The lanes that are published now.
    pub lanes: Vec<LaneReport>,
    /// Who owns the device.
    pub owner: OwnerReport,
    /// How many consents are in force.
    pub consents: usize,
    /// What is wrong with the time or the disk, in sentences.
    pub warnings: Vec<String>,
}

/// The meter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MeterReport {
    /// The connection, in words.
    pub state: String,
    /// Whether telegrams arrive.
    pub connected: bool,
    /// What the meter speaks.
    pub dialect: Option<String>,
    /// When the last good telegram came, in unix seconds.
    pub last_telegram: Option<u64>,
    /// Good telegrams since start.
    pub telegrams: u64,
    /// Refused ones since start.
    pub refused: u64,
    /// Why the last one was refused.
    pub last_refusal: Option<String>,
}

/// The node.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NodeReport {
    /// Its address.
    pub address: String,
    /// Whether it answered last time.
    pub reachable: bool,
    /// What went wrong last time.
    pub trouble: Option<String>,
    /// When it answered last, in unix seconds.
    pub last_answer: Option<u64>,
}

/// The Bluetooth radio. Without adapter and trouble it is not used, by choice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RadioReport {
    /// The adapter, such as `hci0`.
    pub adapter: Option<String>,
    /// What is wrong with it, and what to do.
    pub trouble: Option<String>,
}

/// What waits to be published.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxReport {
    /// Ended slots that are not sealed yet.
    pub slots_waiting: usize,
    /// Blocks that the node has not taken yet.
    pub unsent: usize,
    /// Blocks that the node took and the ledger has not confirmed yet.
    pub unconfirmed: usize,
    /// Blocks that the node took since start.
    pub sent: u64,
}

/// One lane that is published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LaneReport {
    /// Its name.
    pub lane: String,
    /// The length of its slots.
    pub slot_seconds: u32,
    /// Its epoch.
    pub epoch: u32,
    /// The next slot to be published.
    pub next_slot: u64,
    /// How many may read it, the owner included.
    pub readers: usize,
}

/// Who owns the device.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OwnerReport {
    /// `none`, `window-open`, `claimed`, `pending`, `paired` or `locked`.
    pub state: String,
    /// Seconds until the window or the lock opens or closes.
    pub seconds: Option<u32>,
    /// When the owner was added, in unix seconds.
    pub since: Option<u64>,
}

impl RadioReport {
    /// What is wrong for somebody who can talk to the device by radio alone: also that it is not used.
    #[must_use]
    pub fn only_nearby(&self) -> Option<String> {
        match (&self.trouble, &self.adapter) {
            (Some(trouble), _) => Some(trouble.clone()),
            (None, Some(_)) => None,
            (None, None) => Some(
                "the daemon was started with --bluetooth off: nobody nearby finds it".to_owned(),
            ),
        }
    }
}

impl Report {
    /// The command for this meter: one among several has to be named, if it has a name.
    fn how_to_pair(&self) -> String {
        let name = self.name.as_deref().and_then(|name| name.parse().ok());
        let option = name.map_or_else(String::new, |name: MeterName| format!(" --meter {name}"));
        format!("Open the pairing window with: pi-daemon pair{option}")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            writeln!(f, "── {name}")?;
        }
        if !self.running {
            writeln!(
                f,
                "pi-daemon does not run on this data directory; this is what it left behind."
            )?;
        }
        writeln!(f, "Meter    {}", self.meter)?;
        if let Some(last) = self.meter.last_telegram {
            writeln!(
                f,
                "         last telegram {}",
                ago(self.at.saturating_sub(last))
            )?;
        }
        writeln!(f, "Node     {}", self.node)?;
        if let Some(radio) = &self.radio {
            writeln!(f, "Radio    {radio}")?;
        }
        writeln!(f, "Owner    {}", self.owner)?;
        if self.owner.state == "none" {
            writeln!(f, "         {}", self.how_to_pair())?;
        }
        writeln!(f, "Outbox   {}", self.outbox)?;
        writeln!(
            f,
            "Consents {}",
            plural(self.consents, "consent", "consents")
        )?;
        match self.lanes.as_slice() {
            [] => writeln!(f, "Lanes    none: nothing is published for nobody")?,
            lanes => lanes
                .iter()
                .try_for_each(|lane| writeln!(f, "Lane     {lane}"))?,
        }
        self.warnings
            .iter()
            .try_for_each(|warning| writeln!(f, "Mind     {warning}"))
    }
}

impl fmt::Display for MeterReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.state)?;
        if let Some(dialect) = &self.dialect {
            write!(f, ", {dialect}")?;
        }
        let all = self.telegrams + self.refused;
        if let Some(tenths) = (self.refused * 1000).checked_div(all) {
            write!(
                f,
                "\n         {}, {} refused ({}.{} %)",
                plural(self.telegrams, "telegram", "telegrams"),
                self.refused,
                tenths / 10,
                tenths % 10
            )?;
        }
        if let Some(why) = &self.last_refusal {
            write!(f, "; last refusal: {why}")?;
        }
        Ok(())
    }
}

impl fmt::Display for NodeReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.trouble {
            Some(trouble) => f.write_str(trouble.strip_prefix("node ").unwrap_or(trouble)),
            None if self.reachable => write!(f, "{} answers", self.address),
            None if self.address.is_empty() => f.write_str("not asked yet"),
            None => write!(f, "{}, not asked yet", self.address),
        }
    }
}

impl fmt::Display for RadioReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.trouble, &self.adapter) {
            (Some(trouble), _) => f.write_str(trouble),
            (None, Some(adapter)) => write!(f, "Bluetooth, by {adapter}"),
            (None, None) => f.write_str("not used (--bluetooth off): pairing goes over the Tangle"),
        }
    }
}

impl fmt::Display for OutboxReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.slots_waiting + self.unsent {
            0 => write!(f, "empty: everything was published")?,
            waiting => write!(
                f,
                "{} waiting for the node",
                plural(waiting, "block", "blocks")
            )?,
        }
        if self.unconfirmed > 0 {
            write!(f, ", {} not confirmed yet", self.unconfirmed)?;
        }
        write!(f, ", {} sent since start", self.sent)
    }
}

impl fmt::Display for LaneReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: a block every {} s, {}, epoch {}",
            self.lane,
            self.slot_seconds,
            plural(self.readers, "reader", "readers"),
            self.epoch
        )
    }
}

impl fmt::Display for OwnerReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.seconds.unwrap_or_default();
        match self.state.as_str() {
            "paired" => f.write_str("paired"),
            "window-open" => write!(
                f,
                "none yet; the pairing window is open for {}",
                until(seconds)
            ),
            "claimed" => f.write_str("a wallet is pairing at this moment"),
            "pending" => f.write_str("a wallet paired; waiting for its first message"),
            "locked" => write!(
                f,
                "none; pairing is locked for {} after too many failed attempts",
                until(seconds)
            ),
            _ => f.write_str("none"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_that_pairs_names_the_meter_among_several() {
        let shown = |name: Option<&str>| {
            Report {
                name: name.map(ToOwned::to_owned),
                owner: OwnerReport {
                    state: "none".to_owned(),
                    ..OwnerReport::default()
                },
                ..Report::default()
            }
            .to_string()
        };
        assert!(shown(None).contains("with: pi-daemon pair\n"));
        assert!(shown(Some("hall")).contains("with: pi-daemon pair --meter hall\n"));
        let unnamed = crate::meters::spoken(None);
        assert!(shown(Some(&unnamed)).contains("with: pi-daemon pair\n"));
    }

    #[test]
    fn the_radio_is_a_line_of_its_own_and_says_what_is_wrong() {
        let line = |radio: Option<RadioReport>| {
            let report = Report {
                radio,
                ..Report::default()
            };
            let shown = report.to_string();
            let line = shown.lines().find(|line| line.starts_with("Radio"));
            line.map(ToOwned::to_owned)
        };
        assert_eq!(line(None), None);
        let by = |adapter: Option<&str>, trouble: Option<&str>| {
            line(Some(RadioReport {
                adapter: adapter.map(ToOwned::to_owned),
                trouble: trouble.map(ToOwned::to_owned),
            }))
            .unwrap_or_default()
        };
        assert_eq!(by(Some("hci0"), None), "Radio    Bluetooth, by hci0");
        assert_eq!(by(Some("hci0"), Some("why")), "Radio    why");
        assert_eq!(by(None, Some("why")), "Radio    why");
        assert!(by(None, None).contains("--bluetooth off"));
    }
}
