use consent::{LaneWish, Localised};
use readings::{Granularity, Lane};

use super::*;

const SITE: &str = "https://wattt.example";

fn wish(kind: readings::Kind, needed: bool) -> LaneWish {
    let text = || Localised {
        en: "graphs".into(),
        nl: "grafieken".into(),
    };
    LaneWish {
        lane: Lane::new(Granularity::Day, kind),
        needed,
        why: text(),
        coarser: Vec::new(),
    }
}

#[test]
fn the_way_back_is_a_page_of_the_site_that_vouches() {
    let back = |callback| back(SITE, true, callback);
    assert_eq!(back(None).as_deref(), Some(SITE));
    for page in ["https://wattt.example/my", "https://wattt.example?my", SITE] {
        assert_eq!(back(Some(page)).as_deref(), Some(page));
    }
    for page in [
        "https://elsewhere.example/my",
        "https://wattt.example.elsewhere.example/my",
        "https://wattt.example:8443/my",
        "https://wattt.examples/my",
        "http://wattt.example/my",
        "javascript:alert(1)",
    ] {
        assert_eq!(back(Some(page)).as_deref(), Some(SITE), "{page}");
    }
}

#[test]
fn there_is_no_way_back_to_a_site_that_does_not_vouch() {
    let page = Some("https://wattt.example/my");
    assert_eq!(back(SITE, false, page), None);
    assert_eq!(back("http://wattt.example", true, page), None);
}

#[test]
fn a_site_on_this_computer_has_a_way_back_too() {
    let site = "http://localhost:8080";
    let page = "http://localhost:8080/my";
    assert_eq!(back(site, true, Some(page)).as_deref(), Some(page));
    assert_eq!(back(site, true, None).as_deref(), Some(site));
    assert_eq!(back(site, false, None), None);
}

#[test]
fn a_heading_names_what_is_needed_or_else_everything() {
    use readings::Kind::{Electricity, GasWaterHeat, Phases};
    let kinds = |wishes: &[LaneWish]| {
        let names = heading(wishes).into_iter();
        names.map(|lane| lane.kind).collect::<Vec<_>>()
    };
    let mixed = [wish(Electricity, true), wish(GasWaterHeat, false)];
    assert_eq!(kinds(&mixed), [Kind::Electricity]);
    let optional = [wish(GasWaterHeat, false), wish(Phases, false)];
    assert_eq!(kinds(&optional), [Kind::GasWaterHeat, Kind::Phases]);
}
