#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use super::*;

const FROM: i64 = 1_781_820_000;

fn chart(shape: Shape, pieces: Vec<Piece>, seconds: i64) -> Chart {
    Chart {
        from: FROM,
        to: FROM + seconds,
        pieces,
        shape,
        measured: Measured::Electricity,
        zone: TimeZone::get("Europe/Amsterdam").unwrap(),
        words: Words {
            title: "Lindelaan 14".to_owned(),
            fineness: "mean per quarter hour".to_owned(),
            unit: "Power (kW)".to_owned(),
            up: "from the grid".to_owned(),
            down: "to the grid".to_owned(),
            nothing: "No readings in this period".to_owned(),
        },
    }
}

fn day() -> Vec<Piece> {
    (0..56)
        .filter(|n| !(20..24).contains(n))
        .map(|n| {
            let morning = n < 34;
            Piece {
                start: FROM + n * 900,
                end: FROM + n * 900 + 900,
                up: if morning {
                    0.2 + (n % 5) as f64 * 0.24
                } else {
                    0.0
                },
                down: if morning { 0.0 } else { n as f64 * 0.04 },
            }
        })
        .collect()
}

/// `CHART_OUTPUT` names a folder to look at the pictures in.
#[test]
fn every_shape_is_drawn_and_says_what_it_shows() {
    let moments = (0..600).map(|n| Piece {
        start: FROM + n,
        end: FROM + n,
        up: (0.3 - n as f64 * 0.002).max(0.0),
        down: (n as f64 * 0.002 - 0.3).max(0.0),
    });
    let days = day()
        .into_iter()
        .step_by(8)
        .enumerate()
        .map(|(n, piece)| Piece {
            start: FROM + n as i64 * 86_400,
            end: FROM + (n as i64 + 1) * 86_400,
            ..piece
        });
    let charts = [
        chart(Shape::Line, moments.collect(), 900),
        chart(Shape::Steps, day(), 86_400),
        chart(Shape::Bars, days.collect(), 7 * 86_400),
    ];
    for chart in charts {
        let svg = chart.to_svg().unwrap();
        for words in ["Lindelaan 14", "Power (kW)", "from the grid", "to the grid"] {
            assert!(svg.contains(words), "{words}");
        }
        let png = chart.to_png().unwrap();
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
        if let Ok(directory) = std::env::var("CHART_OUTPUT") {
            std::fs::write(format!("{directory}/chart-{:?}.png", chart.shape), png).unwrap();
        }
    }
}

#[test]
fn gas_has_its_own_colour_and_no_way_back() {
    let mut gas = chart(Shape::Steps, day(), 86_400);
    gas.measured = Measured::GasWaterHeat;
    gas.pieces.iter_mut().for_each(|piece| piece.down = 0.0);
    let svg = gas.to_svg().unwrap();
    assert!(svg.contains("#883C7A") && !svg.contains("#214E9E"));
    assert!(!svg.contains("to the grid"));
    let electricity = chart(Shape::Steps, day(), 86_400).to_svg().unwrap();
    assert!(!electricity.contains("#883C7A") && electricity.contains("#214E9E"));
}

#[test]
fn an_empty_period_says_so() {
    let svg = chart(Shape::Steps, Vec::new(), 86_400).to_svg().unwrap();
    assert!(svg.contains("No readings in this period"));
    chart(Shape::Bars, Vec::new(), 86_400 * 30)
        .to_png()
        .unwrap();
}

#[test]
fn strange_numbers_do_not_break_a_picture() {
    for value in [0.0, f64::MAX, -1.0, f64::NAN, f64::INFINITY] {
        let piece = Piece {
            start: FROM,
            end: FROM + 900,
            up: value,
            down: value,
        };
        chart(Shape::Steps, vec![piece], 86_400).to_svg().unwrap();
        chart(Shape::Bars, vec![piece], 1).to_png().unwrap();
    }
}

#[test]
fn a_year_names_its_months_and_a_current_has_no_way_back() {
    let zone = TimeZone::get("Europe/Amsterdam").unwrap();
    let begin = |year, month| {
        let first = jiff::civil::date(year, month, 1);
        let begin = first.to_zoned(zone.clone()).unwrap();
        begin.timestamp().as_second()
    };
    let month = |number| Piece {
        start: begin(2026, number),
        end: begin(2026, number + 1),
        up: 16.5,
        down: 0.0,
    };
    let mut year = chart(Shape::Bars, (1..12).map(month).collect(), 0);
    (year.from, year.to) = (begin(2026, 1), begin(2027, 1));
    year.measured = Measured::Current;
    let svg = year.to_svg().unwrap();
    for number in 1..=12 {
        assert!(svg.contains(&format!("2026-{number:02}")), "{number}");
    }
    assert!(!svg.contains("2027") && !svg.contains("to the grid"));
    assert!(svg.contains("#214E9E"));
    if let Ok(directory) = std::env::var("CHART_OUTPUT") {
        std::fs::write(
            format!("{directory}/chart-year.png"),
            year.to_png().unwrap(),
        )
        .unwrap();
    }
}
