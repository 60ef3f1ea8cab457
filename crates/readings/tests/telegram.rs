//! Telegrams become readings. The telegrams are written after DSMR 5.0.2 P1 (section 6.12) and DSMR 2.2.

#![expect(clippy::unwrap_used, reason = "tests")]

use p1::Telegram;
use readings::{
    CentiAmpere, Count, DeciVolt, Kilojoule, Kind, Litre, Mark, Meter, MeterTime, Metered,
    Quantity, Reading, Serials, Tariff, UnixSeconds, Watt, WattHour,
};

const AT: UnixSeconds = UnixSeconds(1_572_136_201);

const DSMR_5: &str = "/ISK5\\2M550T-1012\r\n\r\n\
1-3:0.2.8(50)\r\n0-0:1.0.0(191027023000S)\r\n0-0:96.1.1(4530303434303037)\r\n\
1-0:1.8.1(003432.827*kWh)\r\n1-0:1.8.2(003224.632*kWh)\r\n1-0:2.8.1(000012.345*kWh)\r\n1-0:2.8.2(000000.000*kWh)\r\n\
0-0:96.14.0(0002)\r\n1-0:1.7.0(00.378*kW)\r\n1-0:2.7.0(00.000*kW)\r\n0-0:96.7.21(00005)\r\n0-0:96.7.9(00003)\r\n\
1-0:99.97.0(1)(0-0:96.7.19)(180417201458S)(0000000236*s)\r\n1-0:32.32.0(00001)\r\n1-0:32.36.0(00002)\r\n\
0-0:96.13.0()\r\n1-0:32.7.0(237.1*V)\r\n1-0:52.7.0(235.1*V)\r\n1-0:72.7.0(236.1*V)\r\n\
1-0:31.7.0(000*A)\r\n1-0:51.7.0(000.5*A)\r\n1-0:71.7.0(002*A)\r\n\
1-0:21.7.0(00.045*kW)\r\n1-0:41.7.0(00.010*kW)\r\n1-0:61.7.0(00.322*kW)\r\n1-0:22.7.0(00.000*kW)\r\n\
0-1:24.1.0(003)\r\n0-1:96.1.0(4730303332353631)\r\n0-1:24.2.1(191027022500S)(00981.443*m3)\r\n!0000\r\n";

const DSMR_2: &str = "/ISk5\\2MT382-1004\r\n\r\n0-0:96.1.1(00000000000000)\r\n\
1-0:1.8.1(00001.001*kWh)\r\n1-0:1.8.2(00002.002*kWh)\r\n1-0:2.8.1(00000.000*kWh)\r\n1-0:2.8.2(00000.000*kWh)\r\n\
0-0:96.14.0(0001)\r\n1-0:1.7.0(0001.01*kW)\r\n1-0:2.7.0(0000.00*kW)\r\n0-0:17.0.0(0999.00*kW)\r\n0-0:96.3.10(1)\r\n\
0-0:96.13.1()\r\n0-0:96.13.0()\r\n0-1:24.1.0(3)\r\n0-1:96.1.0(000000000000)\r\n\
0-1:24.3.0(161107190000)(00)(60)(1)(0-1:24.2.1)(m3)\r\n(00001.001)\r\n0-1:24.4.0(1)\r\n!\r\n";

fn reading(telegram: &str) -> Reading {
    Reading::from_telegram(&Telegram::parse(telegram.as_bytes()).unwrap(), AT)
}

fn serials(telegram: &str) -> Serials {
    Serials::from_telegram(&Telegram::parse(telegram.as_bytes()).unwrap())
}

/// The DSMR 5 telegram with other lines instead of its M-Bus ones.
fn with_devices(lines: &str) -> String {
    let (own, _) = DSMR_5.split_once("0-1:24.1.0").unwrap();
    format!("{own}{lines}!0000\r\n")
}

#[test]
fn a_dsmr_5_telegram_says_everything_in_units() {
    let reading = reading(DSMR_5);
    assert_eq!(reading.at, AT);
    let clock = MeterTime::new(2019, 10, 27, 2, 30, 0, Mark::Summer).unwrap();
    assert_eq!(reading.meter_time, Some(clock));
    let electricity = reading.electricity;
    assert_eq!(electricity.power_import, Some(Watt(378)));
    assert_eq!(electricity.power_export, Some(Watt(0)));
    assert_eq!(electricity.tariff, Some(Tariff(2)));
    assert_eq!(electricity.import.t1, Some(WattHour(3_432_827)));
    assert_eq!(
        electricity.import.sum(),
        Some(WattHour(3_432_827 + 3_224_632))
    );
    assert_eq!(electricity.export.t1, Some(WattHour(12_345)));
    assert_eq!(electricity.import.total, None);
    assert_eq!(reading.phases.l1.voltage, Some(DeciVolt(2_371)));
    assert_eq!(reading.phases.l2.current, Some(CentiAmpere(50)));
    assert_eq!(reading.phases.l3.power_import, Some(Watt(322)));
    assert_eq!(
        reading.phases.l2.power_export, None,
        "what the meter does not say is not zero"
    );
    assert_eq!(reading.phases.l1.sags, Some(Count(1)));
    assert_eq!(reading.phases.l1.swells, Some(Count(2)));
    assert_eq!(reading.phases.power_failures, Some(Count(5)));
    assert_eq!(reading.phases.long_power_failures, Some(Count(3)));
    let gas = reading.gas_water_heat.gas;
    assert_eq!(gas.register, Some(Litre(981_443)));
    assert_eq!(
        gas.measured,
        MeterTime::new(2019, 10, 27, 2, 25, 0, Mark::Summer).ok()
    );
    assert!(reading.implausible.is_empty());
}

#[test]
fn a_dsmr_2_telegram_has_no_clock_and_gas_on_the_next_line() {
    let reading = reading(DSMR_2);
    assert_eq!(reading.meter_time, None);
    assert_eq!(reading.electricity.power_import, Some(Watt(1_010)));
    assert_eq!(reading.electricity.import.t2, Some(WattHour(2_002)));
    let gas = reading.gas_water_heat.gas;
    assert_eq!(gas.register, Some(Litre(1_001)));
    assert_eq!(gas.measured.map(MeterTime::mark), Some(Mark::Unmarked));
    assert!(reading.implausible.is_empty());
}

#[test]
fn an_impossible_gas_time_costs_the_gas_and_nothing_else() {
    for said in [
        "(632525252525W)(00000.000)",
        "(700101010000W)(00981.443*m3)",
        "(201027022500W)(00981.443*m3)",
        "(191027022500S)(00981.443)",
        "(191027022500S)(009?1.443*m3)",
    ] {
        let telegram = with_devices(&format!("0-1:24.1.0(003)\r\n0-1:24.2.1{said}\r\n"));
        let reading = reading(&telegram);
        assert_eq!(reading.gas_water_heat.gas.register, None, "{said}");
        assert_eq!(reading.gas_water_heat.gas.measured, None, "{said}");
        assert!(reading.implausible.contains(Quantity::Gas), "{said}");
        assert_eq!(reading.electricity.import.t1, Some(WattHour(3_432_827)));
    }
}

#[test]
fn a_channel_without_a_device_is_no_fault() {
    let reading = reading(&with_devices(
        "0-1:24.1.0(003)\r\n0-1:24.2.1()\r\n0-2:96.1.0()\r\n",
    ));
    assert_eq!(reading.gas_water_heat.gas.register, None);
    assert!(reading.implausible.is_empty());
}

#[test]
fn devices_are_told_apart_by_their_type() {
    let reading = reading(&with_devices(
        "0-1:24.1.0(007)\r\n0-1:24.2.1(191027022500S)(00872.234*m3)\r\n\
         0-2:24.1.0(003)\r\n0-2:24.2.1(191027022500S)(00112.384*m3)\r\n\
         0-3:24.1.0(012)\r\n0-3:24.2.1(191027022500S)(012.872*GJ)\r\n\
         0-4:24.1.0(002)\r\n0-4:24.2.1(191027022500S)(00500.000*kWh)\r\n",
    ));
    assert_eq!(reading.gas_water_heat.water.register, Some(Litre(872_234)));
    assert_eq!(reading.gas_water_heat.gas.register, Some(Litre(112_384)));
    assert_eq!(
        reading.gas_water_heat.heat.register,
        Some(Kilojoule(12_872_000))
    );
    assert!(reading.implausible.is_empty());
}

#[test]
fn cold_and_a_second_electricity_meter_have_places_of_their_own() {
    let devices = "0-1:24.1.0(010)\r\n0-1:24.2.1(191027022500S)(000.872*GJ)\r\n\
         0-2:24.1.0(012)\r\n0-2:24.2.1(191027022500S)(012.872*GJ)\r\n\
         0-4:24.1.0(002)\r\n0-4:96.1.0(534543)\r\n0-4:24.2.1(191027022500S)(00500.000*kWh)\r\n";
    let telegram = with_devices(devices);
    let reading = reading(&telegram);
    let (cold, second) = (reading.gas_water_heat.cold, reading.electricity.second);
    assert_eq!(cold.register, Some(Kilojoule(872_000)));
    assert_eq!(second.register, Some(WattHour(500_000)));
    assert!(cold.measured.is_some() && cold.measured == second.measured);
    let heat = reading.gas_water_heat.heat.register;
    assert_eq!(heat, Some(Kilojoule(12_872_000)));
    assert_eq!(reading.electricity.import.t1, Some(WattHour(3_432_827)));
    assert!(reading.implausible.is_empty());
    assert_eq!(
        reading.only(Kind::Electricity).electricity.second,
        reading.electricity.second
    );
    assert_eq!(
        reading.only(Kind::GasWaterHeat).electricity.second,
        Metered::default()
    );
    assert_eq!(
        serials(&telegram).of(Meter::SecondElectricity),
        Some("534543")
    );
}

#[test]
fn old_meters_for_heat_cold_and_water_are_told_apart_by_their_medium() {
    let reading = reading(&with_devices(
        "5-0:0.0.0(484541)\r\n5-0:1.0.0(090212160000)(0012.340*GJ)\r\n\
         6-0:1.0.0(090212160000)(0001.250*GJ)\r\n\
         7-0:23.1.0(09-02-12 16:00)(00005.120*m3)\r\n\
         8-0:1.0.0(090212160000)(00007.300*m3)\r\n",
    ));
    let behind = reading.gas_water_heat;
    assert_eq!(behind.heat.register, Some(Kilojoule(12_340_000)));
    assert_eq!(behind.cold.register, Some(Kilojoule(1_250_000)));
    assert_eq!(behind.gas.register, Some(Litre(5_120)));
    assert_eq!(behind.water.register, Some(Litre(7_300)));
}

#[test]
fn a_meter_for_heat_and_cold_says_both() {
    let reading = reading(&with_devices(
        "0-1:24.1.0(4)\r\n0-1:96.1.0(484541)\r\n\
         0-1:24.3.0(090212160000)(00)(60)(1)(0-1:24.2.1)(GJ)(00012.340)\r\n\
         0-1:24.3.1(090212160000)(00)(60)(1)(0-1:24.2.1)(GJ)(00001.250)\r\n",
    ));
    let behind = reading.gas_water_heat;
    assert_eq!(behind.heat.register, Some(Kilojoule(12_340_000)));
    assert_eq!(behind.cold.register, Some(Kilojoule(1_250_000)));
}

#[test]
fn of_two_gas_meters_the_one_that_fell_silent_is_not_the_meter() {
    let old =
        "0-1:24.1.0(003)\r\n0-1:96.1.0(4F4C44)\r\n0-1:24.2.1(190301120000W)(05000.000*m3)\r\n";
    let new =
        "0-2:24.1.0(003)\r\n0-2:96.1.0(4E4557)\r\n0-2:24.2.1(191027022500S)(00003.000*m3)\r\n";
    let telegram = with_devices(&format!("{old}{new}"));
    assert_eq!(
        reading(&telegram).gas_water_heat.gas.register,
        Some(Litre(3_000))
    );
    assert_eq!(serials(&telegram).of(Meter::Gas), Some("4E4557"));

    let both = with_devices(&format!(
        "{}{new}",
        old.replace("190301120000W", "191027022000S")
    ));
    assert_eq!(
        reading(&both).gas_water_heat.gas.register,
        Some(Litre(5_000_000))
    );
}

#[test]
fn of_two_gas_meters_the_one_that_says_what_can_not_be_is_not_the_meter() {
    let dead = "0-1:24.1.0(003)\r\n0-1:96.1.0()\r\n0-1:24.2.1(700101010000W)(00000000)\r\n";
    let new =
        "0-2:24.1.0(003)\r\n0-2:96.1.0(4E4557)\r\n0-2:24.2.1(191027022500S)(00246.138*m3)\r\n";
    let telegram = with_devices(&format!("{dead}{new}"));
    assert_eq!(
        reading(&telegram).gas_water_heat.gas.register,
        Some(Litre(246_138))
    );
    assert_eq!(serials(&telegram).of(Meter::Gas), Some("4E4557"));
    assert!(reading(&telegram).implausible.is_empty());
}

#[test]
fn an_unreadable_value_is_missing_and_named() {
    let reading = reading(
        &DSMR_5
            .replace("(237.1*V)", "(237.1*A)")
            .replace("(00.378*kW)", "(00.3x8*kW)"),
    );
    assert_eq!(reading.phases.l1.voltage, None);
    assert_eq!(reading.electricity.power_import, None);
    let named: Vec<_> = reading.implausible.iter().collect();
    assert_eq!(named, [Quantity::PowerImport, Quantity::VoltageL1]);
}

#[test]
fn serial_numbers_stay_apart_from_the_reading() {
    let serials = serials(DSMR_5);
    assert_eq!(serials.of(Meter::Electricity), Some("4530303434303037"));
    assert_eq!(serials.of(Meter::Gas), Some("4730303332353631"));
    assert_eq!(serials.of(Meter::Water), None);
    let json = serde_json::to_string(&reading(DSMR_5)).unwrap();
    assert!(!json.contains("4530303434303037") && !json.contains("4730303332353631"));
}

/// A Belgian telegram (e-MUCS P1 2.1): tariff 1 is that of the day.
const BELGIAN: &str = "/MKS5\\253770234_A\r\n\r\n0-0:96.1.4(50221)\r\n0-0:1.0.0(191027023000S)\r\n\
1-0:1.8.1(000301.548*kWh)\r\n1-0:1.8.2(000270.014*kWh)\r\n1-0:2.8.1(000000.005*kWh)\r\n1-0:2.8.2(000000.007*kWh)\r\n\
0-0:96.14.0(0001)\r\n1-0:1.4.0(02.351*kW)\r\n1-0:1.6.0(191009134500S)(02.589*kW)\r\n!0000\r\n";

#[test]
fn belgian_tariffs_are_put_in_the_order_of_everybody_else() {
    let electricity = reading(BELGIAN).electricity;
    assert_eq!(electricity.import.t1, Some(WattHour(270_014)));
    assert_eq!(electricity.import.t2, Some(WattHour(301_548)));
    assert_eq!(electricity.export.t1, Some(WattHour(7)));
    assert_eq!(electricity.export.t2, Some(WattHour(5)));
    assert_eq!(electricity.tariff, Some(Tariff(2)));
}

#[test]
fn the_running_quarter_of_an_hour_and_the_peak_of_the_month() {
    let electricity = reading(BELGIAN).electricity;
    assert_eq!(electricity.demand, Some(Watt(2_351)));
    assert_eq!(electricity.peak, Some(Watt(2_589)));
    let when = MeterTime::new(2019, 10, 9, 13, 45, 0, Mark::Summer).unwrap();
    assert_eq!(electricity.peak_measured, Some(when));
}

#[test]
fn a_month_without_a_peak_has_none_instead_of_zero() {
    let none = BELGIAN.replace("(191009134500S)(02.589*kW)", "(632525252525W)(00.000*kW)");
    let reading = reading(&none);
    assert_eq!(reading.electricity.peak, None);
    assert!(reading.implausible.contains(Quantity::Peak));
    assert!(reading.implausible.contains(Quantity::PeakMeasured));
    assert_eq!(reading.electricity.demand, Some(Watt(2_351)));
}

#[test]
fn registers_on_the_second_channel_are_the_meters_own() {
    let swiss = reading(&DSMR_5.replace("1-0:1.8.1(", "1-1:1.8.1("));
    assert_eq!(swiss.electricity.import.t1, Some(WattHour(3_432_827)));
}

#[test]
fn heat_is_counted_in_joules_or_in_watt_hours() {
    for text in ["240.860*GJ", "240860*MJ", "66905.556*kWh"] {
        let line = format!("0-1:24.1.0(004)\r\n0-1:24.2.1(191027022500S)({text})\r\n");
        let heat = reading(&with_devices(&line)).gas_water_heat.heat.register;
        let heat = heat.unwrap().0;
        assert!(
            (240_860_000..=240_860_002).contains(&heat),
            "{text}: {heat}"
        );
    }
}

#[test]
fn of_the_hours_of_a_day_the_newest_counts() {
    let hours = "7-0:23.1.0*255(16-11-07 19:00)(00001.001*m3)\r\n\
7-0:23.1.0*255(16-11-07 20:00)(00001.250*m3)\r\n7-0:23.1.0*255(16-11-06 21:00)(00000.900*m3)\r\n!";
    let (own, _) = DSMR_2.split_once("0-1:24.1.0").unwrap();
    let gas = reading(&format!("{own}{hours}\r\n")).gas_water_heat.gas;
    assert_eq!(gas.register, Some(Litre(1_250)));
}
