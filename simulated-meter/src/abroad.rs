//! Prints telegrams as the standards outside of DSMR say.

use crate::print::{Page, fixed, serial, tariff};
use crate::{Demand, Dialect, Now};

/// The lines of a telegram between header and end.
pub(crate) fn lines(page: &mut Page, seed: u64, dialect: Dialect, now: &Now) {
    match dialect {
        Dialect::Itron => itron(page, seed, now),
        Dialect::Belgium => belgium(page, seed, now),
        Dialect::Luxembourg => luxembourg(page, seed, now),
        Dialect::Austria => austria(page, now),
        Dialect::Nordic => nordic(page, now),
        Dialect::Hungary => hungary(page, seed, now),
        Dialect::Lithuania => lithuania(page, now),
        Dialect::Ireland => ireland(page, seed, now),
        Dialect::Germany => germany(page, seed, now),
        _ => heat(page, seed, now),
    }
}

/// Watt-hours: low and normal tariff, drawn and given.
fn registers(now: &Now) -> [[u64; 2]; 2] {
    [now.totals.import, now.totals.export].map(|tariffs| tariffs.map(|energy| energy / 3_600))
}

fn drawn(watts: i32) -> u64 {
    u64::from(watts.max(0).unsigned_abs())
}

fn kwh(watt_hours: u64, digits: u32) -> String {
    format!("{}*kWh", fixed(watt_hours, digits, 3))
}

fn clock(page: &mut Page, now: &Now) {
    page.line("0-0:1.0.0", &[&now.clock.to_string()]);
}

fn itron(page: &mut Page, seed: u64, now: &Now) {
    let [import, _] = registers(now);
    page.line("0-0:96.1.1*255", &[&serial("E", seed)]);
    for (code, energy) in ["1-0:1.8.1*255", "1-0:1.8.2*255"].iter().zip(import) {
        page.line(code, &[&format!("{energy:08}*Wh")]);
    }
    page.line(
        "1-0:1.7.0*255",
        &[&format!("{:06}*W", drawn(now.net_watts()))],
    );
    page.line("0-0:96.14.0*255", &[tariff(now)]);
    let Some((at, litres)) = now.gas else { return };
    page.line("7-0:0.0.0*255", &[&serial("G", seed)]);
    let at = format!(
        "{:02}-{:02}-{:02} {:02}:00",
        at.year % 100,
        at.month,
        at.day,
        at.hour
    );
    page.line(
        "7-0:23.1.0*255",
        &[&at, &format!("{}*m3", fixed(litres, 5, 3))],
    );
}

fn belgium(page: &mut Page, seed: u64, now: &Now) {
    let [import, export] = registers(now);
    page.line("0-0:96.1.4", &["50221"]);
    page.line("0-0:96.1.1", &[&serial("E", seed)]);
    clock(page, now);
    for (direction, [low, normal]) in [(1, import), (2, export)] {
        page.line(&format!("1-0:{direction}.8.1"), &[&kwh(normal, 6)]);
        page.line(&format!("1-0:{direction}.8.2"), &[&kwh(low, 6)]);
    }
    page.line(
        "0-0:96.14.0",
        &[if now.low_tariff { "0002" } else { "0001" }],
    );
    if let Some(demand) = &now.demand {
        peaks(page, demand);
    }
    page.power("1-0:1.7.0", now.net_watts());
    page.power("1-0:2.7.0", -now.net_watts());
    page.line("0-0:96.13.0", &[""]);
    let Some((at, litres)) = now.gas else { return };
    page.line("0-1:24.1.0", &["003"]);
    page.line("0-1:96.1.1", &[&serial("G", seed)]);
    page.line("0-1:24.4.0", &["1"]);
    page.line(
        "0-1:24.2.3",
        &[&at.to_string(), &format!("{}*m3", fixed(litres, 5, 3))],
    );
}

fn peaks(page: &mut Page, demand: &Demand) {
    let kw = |watts| format!("{}*kW", fixed(watts, 2, 3));
    page.line("1-0:1.4.0", &[&kw(demand.average)]);
    // What has never been has an impossible time.
    let (at, watts) = demand.peak.map_or(("632525252525W".to_owned(), 0), |peak| {
        (peak.ended.to_string(), peak.watts)
    });
    page.line("1-0:1.6.0", &[&at, &kw(watts)]);
    let mut groups = vec![demand.past.len().to_string()];
    groups.extend(["1-0:1.6.0", "1-0:1.6.0"].map(str::to_owned));
    for (month, peak) in &demand.past {
        groups.extend([month.to_string(), peak.ended.to_string(), kw(peak.watts)]);
    }
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    page.line("0-0:98.1.0", &groups);
}

fn totals(page: &mut Page, now: &Now, digits: u32) {
    let [import, export] = registers(now);
    page.line("1-0:1.8.0", &[&kwh(import.iter().sum(), digits)]);
    page.line("1-0:2.8.0", &[&kwh(export.iter().sum(), digits)]);
}

fn luxembourg(page: &mut Page, seed: u64, now: &Now) {
    page.line("1-3:0.2.8", &["42"]);
    clock(page, now);
    page.line("0-0:42.0.0", &[&serial("E", seed)]);
    totals(page, now, 6);
    page.line("1-0:3.8.0", &["000120.721*kvarh"]);
    page.power("1-0:1.7.0", now.net_watts());
    page.power("1-0:2.7.0", -now.net_watts());
    page.line("0-0:17.0.0", &["027.6*kVA"]);
    page.line("1-1:31.4.0", &["100*A", "-063*A"]);
    page.line("0-0:96.13.2", &[""]);
    let Some((at, litres)) = now.gas else { return };
    page.line("0-1:24.1.0", &["003"]);
    page.line("0-1:96.1.0", &[&serial("G", seed)]);
    page.line(
        "0-1:24.2.1",
        &[&at.to_string(), &format!("{}*m3", fixed(litres, 5, 3))],
    );
}

fn austria(page: &mut Page, now: &Now) {
    page.line("1-3:0.2.8", &["50"]);
    clock(page, now);
    for (direction, [low, normal]) in (1..).zip(registers(now)) {
        for (tariff, energy) in (0..).zip([low + normal, normal, low]) {
            page.line(
                &format!("1-0:{direction}.8.{tariff}"),
                &[&format!("{energy:09}*Wh")],
            );
        }
    }
    page.line("1-0:1.7.0", &[&format!("{:09}*W", drawn(now.net_watts()))]);
    page.line("1-0:2.7.0", &[&format!("{:09}*W", drawn(-now.net_watts()))]);
    page.line("1-0:3.8.0", &["000000747*varh"]);
    page.line("1-0:4.7.0", &["000000166*var"]);
}

fn nordic(page: &mut Page, now: &Now) {
    clock(page, now);
    totals(page, now, 8);
    page.line("1-0:3.8.0", &["00000012.345*kVArh"]);
    for (code, watts) in [
        ("1-0:1.7.0", now.net_watts()),
        ("1-0:2.7.0", -now.net_watts()),
    ] {
        page.line(code, &[&format!("{}*kW", fixed(drawn(watts), 4, 3))]);
    }
    page.line("1-0:3.7.0", &["0000.031*kVAr"]);
    for (phase, decivolts) in [32, 52, 72].iter().zip(now.decivolts) {
        let volts = fixed(drawn(decivolts), 3, 1);
        page.line(&format!("1-0:{phase}.7.0"), &[&format!("{volts}*V")]);
    }
}

fn hungary(page: &mut Page, seed: u64, now: &Now) {
    clock(page, now);
    page.line("0-0:42.0.0", &[&serial("E", seed)]);
    page.line("0-0:96.14.0", &[tariff(now)]);
    totals(page, now, 6);
    four_tariffs(page, now, 6);
    page.line("1-0:13.7.0", &["0.956"]);
    page.line("1-0:14.7.0", &["50.00*Hz"]);
    page.power("1-0:1.7.0", now.net_watts());
    page.power("1-0:2.7.0", -now.net_watts());
    let Some((month, totals)) = &now.month else {
        return;
    };
    let [low, normal] = totals.import.map(|energy| energy / 3_600);
    page.line(
        "0-0:98.1.0",
        &[
            &month.to_string(),
            &kwh(low + normal, 6),
            &kwh(low, 6),
            &kwh(normal, 6),
        ],
    );
}

fn four_tariffs(page: &mut Page, now: &Now, digits: u32) {
    for (direction, [low, normal]) in (1..).zip(registers(now)) {
        for (tariff, energy) in (1..).zip([low, normal, 0, 0]) {
            page.line(
                &format!("1-0:{direction}.8.{tariff}"),
                &[&kwh(energy, digits)],
            );
        }
    }
}

fn lithuania(page: &mut Page, now: &Now) {
    clock(page, now);
    totals(page, now, 8);
    four_tariffs(page, now, 8);
    for (phase, decivolts) in [32, 52, 72].iter().zip(now.decivolts) {
        let kilovolts = format!("{}*kV", fixed(drawn(decivolts) / 10, 4, 3));
        page.line(&format!("1-0:{phase}.7.0"), &[&kilovolts]);
        page.line(&format!("1-0:{phase}.24.0"), &[&kilovolts]);
    }
    page.line("1-0:14.7.0", &["0000.049*kHz"]);
    page.line(
        "1-0:1.7.0",
        &[&format!("{}*kW", fixed(drawn(now.net_watts()), 8, 3))],
    );
    page.line(
        "1-0:2.7.0",
        &[&format!("{}*kW", fixed(drawn(-now.net_watts()), 8, 3))],
    );
}

fn ireland(page: &mut Page, seed: u64, now: &Now) {
    let [import, _] = registers(now);
    page.line("1-0:0.0.0", &["00000000"]);
    page.line("0-0:96.1.0", &[&serial("E", seed)]);
    clock(page, now);
    for (code, energy) in ["1-0:1.8.1", "1-0:1.8.2"].iter().zip(import) {
        page.line(code, &[&kwh(energy, 6)]);
    }
    page.line("0-0:96.14.0", &[tariff(now)]);
    page.power("1-0:1.7.0", now.net_watts());
    page.power("1-0:2.7.0", -now.net_watts());
    page.line("0-1:96.1.1", &[""]);
}

fn germany(page: &mut Page, seed: u64, now: &Now) {
    let [import, export] = registers(now);
    page.line("1-0:0.0.0*255", &[&serial("E", seed)]);
    for (code, tariffs) in [("1-0:1.8.0*255", import), ("1-0:2.8.0*255", export)] {
        page.line(
            code,
            &[&format!("{}0000*kWh", fixed(tariffs.iter().sum(), 8, 3))],
        );
    }
    page.line(
        "1-0:1.7.0*255",
        &[&format!("{:06}.00*W", drawn(now.net_watts()))],
    );
    page.line("1-0:96.5.5*255", &["80"]);
}

fn heat(page: &mut Page, seed: u64, now: &Now) {
    page.line("1-3:0.2.8", &["50"]);
    clock(page, now);
    page.line("0-0:96.1.1", &[&serial("E", seed)]);
    page.line("0-1:24.1.0", &["004"]);
    page.line("0-1:96.1.0", &[&serial("W", seed)]);
    // As if the house were heated with what it draws.
    let [[low, normal], _] = registers(now);
    let megajoules = (low + normal) * 36 / 10_000;
    page.line(
        "0-1:24.2.1",
        &[
            &now.clock.to_string(),
            &format!("{}*GJ", fixed(megajoules, 3, 3)),
        ],
    );
}
