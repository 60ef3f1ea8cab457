//! What a process uses, as Linux counts it (proc(5)).

use std::fs::read_to_string;
use std::time::{Duration, Instant};

use anyhow::Context;

/// Clock ticks a second in /proc, fixed in Linux's interface (USER_HZ).
const TICKS: f64 = 100.0;

/// A process at a moment.
pub(crate) struct Usage {
    at: Instant,
    processor: Duration,
    peak_mb: f64,
}

/// What it used between two moments.
pub(crate) struct Used {
    /// The most memory it ever held, in megabytes (10⁶ bytes).
    pub(crate) peak_mb: f64,
    /// Processor time of all its threads.
    pub(crate) processor: Duration,
    /// Processor time in percent of one core.
    pub(crate) percent: f64,
}

impl Usage {
    pub(crate) fn of(process: u32) -> anyhow::Result<Self> {
        let file = |name: &str| {
            let path = format!("/proc/{process}/{name}");
            read_to_string(&path).with_context(|| format!("cannot read {path}"))
        };
        Ok(Self {
            at: Instant::now(),
            processor: processor(&file("stat")?).context("no processor time in /proc")?,
            peak_mb: peak(&file("status")?).context("no memory in /proc")?,
        })
    }

    pub(crate) fn since(&self, before: &Self) -> Used {
        let worked = self.processor.saturating_sub(before.processor);
        Used {
            peak_mb: self.peak_mb,
            processor: worked,
            percent: 100.0 * worked.as_secs_f64() / (self.at - before.at).as_secs_f64(),
        }
    }
}

/// User and system time: fields 14 and 15, counted from the name, which may hold spaces and brackets.
fn processor(stat: &str) -> Option<Duration> {
    let (_, after_name) = stat.rsplit_once(") ")?;
    let mut fields = after_name.split(' ').skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some(Duration::from_secs_f64((user + system) / TICKS))
}

fn peak(status: &str) -> Option<f64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024.0 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_and_memory_are_where_linux_puts_them() {
        let stat = "42 (a (b) c) S 1 42 42 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 4 0 1 1 1";
        assert_eq!(processor(stat), Some(Duration::from_secs(2)));
        assert_eq!(peak("Name:\tx\nVmHWM:\t   15625 kB\n"), Some(16.0));
        assert_eq!(processor("42 (x"), None);
    }
}
