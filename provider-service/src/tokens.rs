//! The colours of the page are readable: WCAG 2.2 contrast of every pair that is used, in both themes, from `tokens.css` itself.

use std::collections::BTreeMap;

const TOKENS: &str = include_str!("../page/tokens.css");

/// Words on every ground they stand on.
const WORDS: [(&str, &[&str]); 8] = [
    (
        "text",
        &[
            "surface",
            "bg",
            "sunken",
            "brand-soft",
            "sun-soft",
            "danger-soft",
        ],
    ),
    ("muted", &["surface", "bg", "sunken"]),
    ("use", &["surface", "bg"]),
    ("sun-text", &["surface", "sun-soft"]),
    ("danger", &["surface", "danger-soft"]),
    ("success", &["surface"]),
    ("brand", &["surface", "brand-soft"]),
    ("on-brand", &["brand"]),
];
/// Edges and shapes that carry meaning.
const SHAPES: [(&str, &[&str]); 4] = [
    ("control", &["surface"]),
    ("sun-edge", &["surface"]),
    ("use", &["sunken"]),
    ("brand", &["surface"]),
];

type Theme = BTreeMap<String, [f64; 3]>;

fn themes() -> [Theme; 2] {
    let (light, dark) = TOKENS
        .split_once("@media (prefers-color-scheme: dark)")
        .unwrap();
    let light = colours(light);
    let mut both = light.clone();
    both.extend(colours(dark));
    [light, both]
}

fn colours(css: &str) -> Theme {
    let lines = css
        .lines()
        .filter_map(|line| line.trim().strip_prefix("--"));
    lines
        .filter_map(|line| {
            let (name, value) = line.split_once(": oklch(")?;
            let numbers: Vec<f64> = value
                .split_once(')')?
                .0
                .split(' ')
                .map(|number| number.parse().unwrap())
                .collect();
            Some((name.to_owned(), numbers.try_into().ok()?))
        })
        .collect()
}

/// Relative luminance (WCAG 2.2) of an oklch colour, by way of oklab and linear sRGB (CSS Color 4 section 9).
fn luminance([lightness, chroma, hue]: [f64; 3]) -> f64 {
    let (a, b) = (
        chroma * hue.to_radians().cos(),
        chroma * hue.to_radians().sin(),
    );
    let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    let red = 4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s;
    let green = -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s;
    let blue = -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s;
    0.2126 * red.clamp(0.0, 1.0) + 0.7152 * green.clamp(0.0, 1.0) + 0.0722 * blue.clamp(0.0, 1.0)
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn check(pairs: &[(&str, &[&str])], least: f64) {
    for (theme, name) in themes().iter().zip(["light", "dark"]) {
        for (ink, grounds) in pairs {
            for ground in *grounds {
                let ratio = contrast(theme[*ink], theme[*ground]);
                assert!(ratio >= least, "{ink} on {ground}, {name}: {ratio:.2}");
            }
        }
    }
}

#[test]
fn words_are_readable_in_both_themes() {
    check(&WORDS, 4.5);
}

#[test]
fn shapes_are_visible_in_both_themes() {
    check(&SHAPES, 3.0);
}

#[test]
fn the_measure_is_right() {
    assert!((contrast([1.0, 0.0, 0.0], [0.0, 0.0, 0.0]) - 21.0).abs() < 0.01);
}
