//! A home that was measured for a year: its graphs, costs and files; a request that shows what was measured yesterday;
//! what stays on the screens when the node is away, and what is there before the wallet answers.

use serde_json::{Value, json};

use crate::first_start::ENGLISH;
use crate::house::House;
use crate::lived_in;
use crate::session::Session;

const PASSPHRASE: &str = "correct horse battery";

/// Home as it is two hours after its Pi fell silent, with a second meter that did not.
fn with_a_silent_pi(mut home: Value) -> Value {
    let now = home["now"].as_u64().unwrap();
    let mut other = home["meters"][0].clone();
    other["id"] = json!("other");
    other["name"] = json!("Lindelaan 14, upstairs");
    home["meters"].as_array_mut().unwrap().push(other);
    let silent = &mut home["meters"][0];
    silent["away"] = json!(true);
    silent["live"] = Value::Null;
    silent["last_seen"] = json!(now - 7_200);
    home
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_is_looked_at_priced_and_saved() {
    let mut house = House::start();
    let (pi, code) = house.pi();
    let wattt = house.service("Wattt Insights");
    let session = Session::start(&house, "en_GB.UTF-8", false);
    let screen = session.open(None).await;
    screen.first_start(&ENGLISH, PASSPHRASE).await;
    screen.add_meter(&code, "Lindelaan 14").await;
    screen.sees_power_now().await;
    screen.close().await;
    session.has_closed().await;
    lived_in::since_a_year(&session.wallet());

    let screen = session.open(None).await;
    screen.unlock(PASSPHRASE).await;
    screen.sees_power_now().await;
    screen.look("home").await;
    screen.look_on_a_phone("home").await;

    screen.press("Look at the meter").await;
    screen.press("Enter your prices").await;
    screen.look("meter-prices").await;
    screen.fill("Electricity, per kWh", "0.2845").await;
    screen.fill("Low tariff, per kWh", "0.2610").await;
    screen.fill("Feed-in, per kWh", "0.0650").await;
    screen.fill("Gas, per m³", "1.25").await;
    screen.press("Save prices").await;
    screen.see("Change prices").await;
    screen.press_picture("Earlier").await;
    for period in ["Day", "Week", "Month", "Year"] {
        if period != "Day" {
            screen.press(period).await;
        }
        screen.see("Total").await;
        let name = format!("meter-{}", period.to_lowercase());
        screen.look(&name).await;
        screen.look_on_a_phone(&name).await;
    }
    screen.look_on_a_wall("meter-year").await;
    screen.press("Table").await;
    screen.look("meter-table").await;
    screen.press("Chart").await;
    screen.press("Month").await;
    for (form, ending) in [
        ("Picture (PNG)", "png"),
        ("Picture (SVG)", "svg"),
        ("Table (CSV)", "csv"),
        ("Table (Parquet)", "parquet"),
        ("Green Button (XML)", "xml"),
    ] {
        screen.choose("As", form).await;
        screen.press("Save file").await;
        screen.see("aved in").await;
        session.has_saved("Lindelaan 14", ending);
    }

    screen.press("Home").await;
    screen.open_link(&wattt.ask()).await;
    screen.see("What they would have seen yesterday").await;
    screen.does_not_say("Example, not your home").await;
    screen.look("request").await;
    screen.look_on_a_phone("request").await;
    screen.press("Home").await;
    screen.see("Read the request").await;
    screen.look("home-request").await;
    screen.press("Read the request").await;
    screen.press("Yes, share this").await;
    screen.fill("Passphrase", PASSPHRASE).await;
    screen.press("Yes, share this").await;
    screen.see("can now see your data").await;
    screen.look("request-granted").await;
    screen.press("To Sharing").await;
    screen.press("Details").await;
    screen.press("Show the receipt").await;
    screen.look("consent").await;
    screen.look_on_a_phone("consent").await;

    let silent = with_a_silent_pi(screen.answer("home").await);
    screen.wallet_answers("home", Ok(silent)).await;
    screen.press("Home").await;
    screen.see("has been out of reach since").await;
    screen.see("Lindelaan 14, upstairs").await;
    screen.look("home-away").await;
    screen.the_wallet_answers_by_itself("home").await;

    drop(pi);
    screen.press("Add a meter").await;
    screen.fill("Code of the Pi", &code).await;
    screen.press("Connect").await;
    screen.see("This meter is on Home already").await;
    screen.look("add-meter-already").await;
    let another = house.pi_that_is_off();
    screen.fill("Code of the Pi", &another).await;
    screen.press("Connect").await;
    screen.see("The Pi is being called").await;
    screen.look("add-meter-calling").await;
    screen.press("Cancel").await;
    screen.see("You cancelled").await;
    screen.look("add-meter-given-up").await;

    house.stop_node();
    screen.press("Home").await;
    screen.see("The node cannot be reached").await;
    screen.look("home-offline").await;
    screen.press("Look at the meter").await;
    screen.see("The node cannot be reached").await;
    screen.look("meter-offline").await;
    screen.press("Sharing").await;
    screen.see("The node cannot be reached").await;
    screen.look("sharing-offline").await;
    screen.press("Activity").await;
    screen.see("The node did not answer").await;
    screen.look("activity-offline").await;

    screen.the_wallet_falls_silent().await;
    for place in [
        "home",
        "meter/any",
        "request/any",
        "sharing",
        "consent/any",
        "settings",
        "activity",
    ] {
        screen.go(place).await;
        screen.see("Loading…").await;
        let name = place.trim_end_matches("/any");
        screen.look(&format!("{name}-loading")).await;
    }
    screen.see("This takes longer than usual").await;
    screen.look("activity-slow").await;
    screen.go("sharing").await;
    screen.see("This takes longer than usual").await;
    screen.press("Cancel").await;
    screen.see("You stopped waiting").await;
    screen.look("sharing-given-up").await;
    screen.close().await;
}
