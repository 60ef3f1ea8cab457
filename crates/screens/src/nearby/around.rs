//! What was heard around in the last looks: who is missed once is not gone.

use std::time::{Duration, Instant};

use wallet::Nearby;

use super::NearbyDevice;

/// A device that was not heard for so long is gone.
const GONE: Duration = Duration::from_secs(10);

#[derive(Default)]
pub(super) struct Around(Vec<(Nearby, Instant)>);

impl Around {
    /// Takes in what a look found; gives who is around, the nearest first.
    pub(super) fn with(&mut self, found: Vec<Nearby>, now: Instant) -> Vec<NearbyDevice> {
        self.0.retain(|(device, heard)| {
            let again = found.iter().any(|found| found.id == device.id);
            !again && now.saturating_duration_since(*heard) < GONE
        });
        self.0.extend(found.into_iter().map(|device| (device, now)));
        self.0.sort_by(|(one, _), (other, _)| {
            let stronger = other.signal.cmp(&one.signal);
            stronger.then_with(|| one.id.cmp(&other.id))
        });
        let devices = self.0.iter().map(|(device, _)| device);
        devices.map(NearbyDevice::from).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(id: &str, signal: i16) -> Nearby {
        Nearby {
            id: id.to_owned(),
            name: id.to_owned(),
            serial: None,
            signal: Some(signal),
        }
    }

    fn names(devices: Vec<NearbyDevice>) -> Vec<String> {
        devices.into_iter().map(|device| device.name).collect()
    }

    #[test]
    fn the_nearest_comes_first_and_who_is_missed_once_stays() {
        let mut around = Around::default();
        let begin = Instant::now();
        let after = |seconds| begin + Duration::from_secs(seconds);
        let found = vec![device("far", -80), device("close", -50)];
        assert_eq!(names(around.with(found, begin)), ["close", "far"]);
        let moved = vec![device("far", -45)];
        assert_eq!(names(around.with(moved, after(4))), ["far", "close"]);
        assert_eq!(names(around.with(vec![], after(9))), ["far", "close"]);
        assert_eq!(names(around.with(vec![], after(11))), ["far"]);
        assert!(around.with(vec![], after(15)).is_empty());
    }
}
