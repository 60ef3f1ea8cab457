//! Prints telegrams as the standards say: DSMR P1 2.2, 4.0, 4.2 and 5.0.2.

use std::fmt::Write;

use crate::{Dialect, Equipment, Now, abroad};

/// The telegram of one second.
pub(crate) fn telegram(seed: u64, dialect: Dialect, equipment: &Equipment, now: &Now) -> Vec<u8> {
    let mut page = Page::new(seed, dialect);
    match dialect {
        Dialect::Dsmr22 | Dialect::Dsmr30 => dsmr_2_and_3(&mut page, seed, dialect, now),
        Dialect::Dsmr40 | Dialect::Dsmr42 | Dialect::Dsmr50 => {
            dsmr_4_and_5(&mut page, seed, dialect, equipment, now);
        }
        _ => abroad::lines(&mut page, seed, dialect, now),
    }
    page.close(dialect)
}

fn dsmr_2_and_3(page: &mut Page, seed: u64, dialect: Dialect, now: &Now) {
    let net = now.net_watts();
    let [import, export] = [now.totals.import, now.totals.export];
    page.line("0-0:96.1.1", &[&serial("E", seed)]);
    for (code, energy) in ["1-0:1.8.1", "1-0:1.8.2", "1-0:2.8.1", "1-0:2.8.2"]
        .iter()
        .zip(import.into_iter().chain(export))
    {
        page.line(code, &[&format!("{}*kWh", fixed(energy / 3_600, 5, 3))]);
    }
    page.line("0-0:96.14.0", &[tariff(now)]);
    for (code, watts) in [("1-0:1.7.0", net.max(0)), ("1-0:2.7.0", (-net).max(0))] {
        page.line(
            code,
            &[&format!(
                "{}*kW",
                fixed(u64::from(watts.unsigned_abs()) / 10, 4, 2)
            )],
        );
    }
    let limit = if dialect == Dialect::Dsmr30 {
        "016*A"
    } else {
        "0999.00*kW"
    };
    page.line("0-0:17.0.0", &[limit]);
    page.line("0-0:96.3.10", &["1"]);
    page.line("0-0:96.13.1", &[""]);
    page.line("0-0:96.13.0", &[""]);
    let Some((at, litres)) = now.gas else { return };
    page.line("0-1:24.1.0", &["3"]);
    page.line("0-1:96.1.0", &[&serial("G", seed)]);
    let at = at.to_string();
    let without_mark = at.trim_end_matches(['W', 'S']);
    page.line(
        "0-1:24.3.0",
        &[without_mark, "00", "60", "1", "0-1:24.2.1", "m3"],
    );
    page.line("", &[&fixed(litres, 5, 3)]);
    page.line("0-1:24.4.0", &["1"]);
}

fn dsmr_4_and_5(page: &mut Page, seed: u64, dialect: Dialect, equipment: &Equipment, now: &Now) {
    page.line(
        "1-3:0.2.8",
        &[match dialect {
            Dialect::Dsmr40 => "40",
            Dialect::Dsmr42 => "42",
            _ => "50",
        }],
    );
    page.line("0-0:1.0.0", &[&now.clock.to_string()]);
    page.line("0-0:96.1.1", &[&serial("E", seed)]);
    registers(page, now);
    if dialect == Dialect::Dsmr40 {
        page.line("0-0:17.0.0", &["016.1*kW"]);
        page.line("0-0:96.3.10", &["1"]);
    }
    page.line("0-0:96.7.21", &["00004"]);
    page.line("0-0:96.7.9", &["00002"]);
    page.line(
        "1-0:99.97.0",
        &["1", "0-0:96.7.19", "210711164233S", "0000000417*s"],
    );
    counters_of_phases(page, equipment);
    page.line("0-0:96.13.0", &[""]);
    if dialect != Dialect::Dsmr50 {
        page.line("0-0:96.13.1", &[""]);
    }
    phases(page, dialect, equipment, now);
    let Some((at, litres)) = now.gas else { return };
    page.line("0-1:24.1.0", &["003"]);
    page.line("0-1:96.1.0", &[&serial("G", seed)]);
    page.line(
        "0-1:24.2.1",
        &[&at.to_string(), &format!("{}*m3", fixed(litres, 5, 3))],
    );
    if dialect == Dialect::Dsmr40 {
        page.line("0-1:24.4.0", &["1"]);
    }
}

fn registers(page: &mut Page, now: &Now) {
    let [import, export] = [now.totals.import, now.totals.export];
    for (code, energy) in ["1-0:1.8.1", "1-0:1.8.2", "1-0:2.8.1", "1-0:2.8.2"]
        .iter()
        .zip(import.into_iter().chain(export))
    {
        page.line(code, &[&format!("{}*kWh", fixed(energy / 3_600, 6, 3))]);
    }
    page.line("0-0:96.14.0", &[tariff(now)]);
    page.power("1-0:1.7.0", now.net_watts());
    page.power("1-0:2.7.0", -now.net_watts());
}

const PHASES: [u8; 3] = [20, 40, 60];

fn counters_of_phases(page: &mut Page, equipment: &Equipment) {
    for counter in [32, 36] {
        for phase in PHASES.iter().take(usize::from(equipment.phases)) {
            page.line(&format!("1-0:{}.{counter}.0", phase + 12), &["00003"]);
        }
    }
}

fn phases(page: &mut Page, dialect: Dialect, equipment: &Equipment, now: &Now) {
    let count = usize::from(equipment.phases);
    let phases = || PHASES.iter().zip(now.watts).zip(now.decivolts).take(count);
    if dialect == Dialect::Dsmr50 {
        for ((phase, _), decivolts) in phases() {
            page.line(
                &format!("1-0:{}.7.0", phase + 12),
                &[&format!(
                    "{}*V",
                    fixed(u64::from(decivolts.unsigned_abs()), 3, 1)
                )],
            );
        }
    }
    for ((phase, watts), decivolts) in phases() {
        page.line(
            &format!("1-0:{}.7.0", phase + 11),
            &[&current(dialect, equipment, watts, decivolts)],
        );
    }
    for ((phase, watts), _) in phases() {
        page.power(&format!("1-0:{}.7.0", phase + 1), watts);
    }
    for ((phase, watts), _) in phases() {
        page.power(&format!("1-0:{}.7.0", phase + 2), -watts);
    }
}

fn current(dialect: Dialect, equipment: &Equipment, watts: i32, decivolts: i32) -> String {
    let deciamperes =
        u64::from(watts.unsigned_abs()) * 100 / u64::from(decivolts.unsigned_abs().max(1));
    if equipment.fine_currents && dialect == Dialect::Dsmr50 {
        format!("{}*A", fixed(deciamperes, 3, 1))
    } else {
        format!("{:03}*A", deciamperes / 10)
    }
}

pub(crate) fn tariff(now: &Now) -> &'static str {
    if now.low_tariff { "0001" } else { "0002" }
}

/// An identifier, in hexadecimal as meters print it: a letter and sixteen digits.
pub(crate) fn serial(letter: &str, seed: u64) -> String {
    format!("{letter}{:016}", seed % 10_000_000_000_000_000)
        .bytes()
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02X}");
            text
        })
}

/// `number` × 10^-`decimals`, with as many digits before the point as the register has; like a
/// register, it begins again at zero when they are used up.
pub(crate) fn fixed(number: u64, digits: u32, decimals: u32) -> String {
    let (whole, fraction) = (10_u64.pow(digits), 10_u64.pow(decimals));
    format!(
        "{:0before$}.{:0behind$}",
        number / fraction % whole,
        number % fraction,
        before = digits as usize,
        behind = decimals as usize
    )
}

/// A telegram in the making.
pub(crate) struct Page {
    text: String,
}

impl Page {
    fn new(seed: u64, dialect: Dialect) -> Self {
        let mark = if dialect == Dialect::Ireland {
            "\u{2}"
        } else {
            "\\2"
        };
        Self {
            text: format!("/MKS5{mark}SIMULATED-{dialect}-{seed}\r\n\r\n"),
        }
    }

    pub(crate) fn line(&mut self, code: &str, groups: &[&str]) {
        self.text.push_str(code);
        for group in groups {
            let _ = write!(self.text, "({group})");
        }
        self.text.push_str("\r\n");
    }

    /// A power in one direction: zero where it flows in the other.
    pub(crate) fn power(&mut self, code: &str, watts: i32) {
        self.line(
            code,
            &[&format!(
                "{}*kW",
                fixed(u64::from(watts.max(0).unsigned_abs()), 2, 3)
            )],
        );
    }

    fn close(mut self, dialect: Dialect) -> Vec<u8> {
        self.text.push('!');
        if dialect.has_crc() {
            let crc = p1::crc16(self.text.as_bytes());
            let _ = write!(self.text, "{crc:04X}");
        }
        self.text.push_str("\r\n");
        if dialect == Dialect::Germany {
            self.text.push_str("  25818685\r\n");
        }
        self.text.into_bytes()
    }
}
