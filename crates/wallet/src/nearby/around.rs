//! What was heard around in one look, and how near it is.

use std::collections::HashMap;

use pairing::bluetooth::serial_in;

use super::Nearby;

/// An adapter that does not measure says so with this number.
const NOT_MEASURED: i16 = 127;

/// What was heard around, by the identifier of each device.
#[derive(Default)]
pub(super) struct Around(HashMap<String, (String, Vec<i16>)>);

impl Around {
    pub(super) fn note(&mut self, id: String, name: String, heard: Option<i16>) -> Nearby {
        let (known, measured) = self.0.entry(id.clone()).or_default();
        *known = name;
        measured.extend(heard.filter(|heard| *heard != NOT_MEASURED));
        nearby(&id, known, measured)
    }

    pub(super) fn nearest_first(self) -> Vec<Nearby> {
        let devices = self.0.iter();
        let mut devices: Vec<Nearby> = devices
            .map(|(id, (name, measured))| nearby(id, name, measured))
            .collect();
        devices.sort_by(|one, other| {
            let stronger = other.signal.cmp(&one.signal);
            stronger.then_with(|| one.id.cmp(&other.id))
        });
        devices
    }
}

fn nearby(id: &str, name: &str, measured: &[i16]) -> Nearby {
    // A stranger chose the name, and a terminal may show it.
    let name: String = name
        .chars()
        .filter(|letter| !letter.is_control())
        .take(40)
        .collect();
    Nearby {
        id: id.to_owned(),
        serial: serial_in(&name),
        signal: median(measured),
        name,
    }
}

/// The middle one of the last five measurements; of an even number the weaker.
fn median(measured: &[i16]) -> Option<i16> {
    let from = measured.len().saturating_sub(5);
    let mut last: Vec<i16> = measured.get(from..)?.to_vec();
    last.sort_unstable();
    last.get(last.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_loud_advertisement_does_not_make_a_device_near() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[-70]), Some(-70));
        assert_eq!(median(&[-70, -71, -20, -69, -72]), Some(-70));
        assert_eq!(median(&[0, 0, 0, -70, -71, -20, -69, -72]), Some(-70));
        assert_eq!(median(&[-50, -60]), Some(-60));
    }

    #[test]
    fn the_nearest_comes_first_and_who_is_not_measured_last() {
        let mut around = Around::default();
        around.note("far".into(), "Far".into(), Some(-80));
        around.note("quiet".into(), "Quiet".into(), Some(NOT_MEASURED));
        around.note("linked".into(), "Linked".into(), None);
        around.note("near".into(), "Near".into(), Some(-50));
        let order = around.nearest_first();
        let order: Vec<&str> = order.iter().map(|device| device.id.as_str()).collect();
        assert_eq!(order, ["near", "far", "linked", "quiet"]);
    }
}
