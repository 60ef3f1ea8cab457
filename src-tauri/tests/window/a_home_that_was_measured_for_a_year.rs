//! A home that was measured for a year: its graphs, costs and files; a request that shows what was measured yesterday;
//! what stays on the screens when the node is away, and what is there before the wallet answers.

use serde_json::{Value, json};

use crate::first_start::ENGLISH;
use crate::house::House;
use crate::lived_in;
use crate::screen::Screen;
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
    silent["last"] = json!({ "at": now - 7_200, "net_w": 340, "mean": false });
    silent["last_seen"] = json!(now - 7_200);
    home
}

/// Prices of each hour since forty days, in euros for a megawatt hour without saying so; of four hours of every day none.
fn market_prices() -> String {
    const HOUR: i64 = 3_600;
    let last = jiff::Timestamp::now().as_second() / HOUR;
    let hours = (last - 40 * 24..last).filter(|hour| !(2..6).contains(&hour.rem_euclid(24)));
    let rows = hours.map(|hour| {
        let at = jiff::Timestamp::from_second(hour * HOUR).unwrap();
        // Cheap at noon, below zero now and then.
        let (of_day, of_week) = (hour.rem_euclid(24), hour.rem_euclid(7 * 24));
        let price = 40 + 9 * (of_day - 12).abs() - if of_week < 30 { 60 } else { 0 };
        format!("{at},{price}.25\n")
    });
    format!("start,price\n{}", rows.collect::<String>())
}

/// From a file that is wrong, over one that does not say its unit, to costs of which four hours a day are not known.
async fn costs_by_the_hour(screen: &Screen) {
    screen.press("Day").await;
    screen.press("Change prices").await;
    screen.press("Hourly prices").await;
    screen.see("There are no hourly prices yet").await;
    screen.look("meter-prices-hourly").await;
    screen.look_on_a_phone("meter-prices-hourly").await;
    screen.fill("VAT over the hour's price, in %", "210").await;
    screen.press("Save prices").await;
    screen.see("Enter a percentage from 0 to 100").await;
    let focused = screen.run("return document.activeElement?.id").await;
    assert_eq!(
        focused,
        json!("price-tax"),
        "who is told what is wrong is there"
    );
    screen.fill("VAT over the hour's price, in %", "21").await;
    screen
        .give_file(
            "prices.csv",
            "start;EUR/kWh\n2026-06-19 00:00;0,25\n2026-06-19 01:00;cheap\n",
        )
        .await;
    screen.see("Row 3, “cheap”: this is not a price").await;
    screen.look("meter-prices-wrong-row").await;
    screen.give_file("prices.csv", &market_prices()).await;
    screen
        .see("does not say whether its prices are per kWh")
        .await;
    screen.look("meter-prices-unit").await;
    screen.look_on_a_phone("meter-prices-unit").await;
    screen.press("Euros per MWh").await;
    screen.see("800 prices taken").await;
    screen.see("There are prices from").await;
    screen.fill("Comes on top, per kWh", "0.15").await;
    screen
        .fill("Comes on top for feed-in, per kWh", "-0.01")
        .await;
    screen.look("meter-prices-taken").await;
    screen.press("Save prices").await;
    screen.see("Change prices").await;
    screen.press_picture("Earlier").await;
    screen.see("Prices are known for").await;
    screen.see("Total, as far as known").await;
    screen.look("meter-hourly-day").await;
    screen.look_on_a_phone("meter-hourly-day").await;
    screen.press("Table").await;
    screen.look("meter-hourly-table").await;
    screen.press("Chart").await;
    screen.press("Year").await;
    screen.see("Prices are known for").await;
    screen.look("meter-hourly-year").await;
    // Quarters of an hour go back two months.
    screen.press_picture("Earlier").await;
    screen.see("only the total of the day is known").await;
    screen.look("meter-hourly-days-only").await;
}

impl Screen {
    /// Gives the screen a file, as from a dialog of the system.
    async fn give_file(&self, name: &str, text: &str) {
        let (name, text) = (json!(name), json!(text));
        self.run(&format!(
            "const files = new DataTransfer();
            files.items.add(new File([{text}], {name}, {{ type: 'text/csv' }}));
            const input = document.querySelector('input[type=file]');
            input.files = files.files;
            input.dispatchEvent(new Event('change', {{ bubbles: true }}));"
        ))
        .await;
    }
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
    screen.press("Two tariffs").await;
    screen.fill("Normal tariff, per kWh", "0.2845").await;
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
        // A whole week: of this one there may be a day, or none yet.
        if period == "Week" {
            screen.see("Total").await;
            screen.press_picture("Earlier").await;
        }
        screen.see("Total").await;
        screen.see("highest current of each quarter hour").await;
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

    costs_by_the_hour(&screen).await;

    screen.press("Home").await;
    screen.open_link(&wattt.ask()).await;
    screen.see("What they would have seen yesterday").await;
    screen.does_not_say("Example, not your home").await;
    screen.look("request").await;
    screen.look_on_a_phone("request").await;
    screen.turn("Gas, water and heat").await;
    screen
        .see("electricity, in and out, per day; gas, water and heat, per day")
        .await;
    screen.look("request-with-gas").await;
    screen.look_on_a_phone("request-with-gas").await;
    screen.turn("Gas, water and heat").await;
    screen.press("Home").await;
    screen.see("Read the request").await;
    screen.look("home-request").await;
    screen.press("Read the request").await;
    screen.press("Yes, share this").await;
    screen.fill("Passphrase", PASSPHRASE).await;
    screen.press("Yes, share this").await;
    screen.see("may see your data").await;
    screen.look("request-granted").await;
    screen.press("To Sharing").await;
    screen.press("Details").await;
    screen.see("Number of the receipt").await;
    screen.look("consent").await;
    screen.look_on_a_phone("consent").await;
    screen.press("Save file").await;
    screen.see("2 files saved in").await;
    session.has_saved("Receipt of Wattt Insights", "json");

    let silent = with_a_silent_pi(screen.answer("home").await);
    screen.wallet_answers("home", Ok(silent)).await;
    screen.press("Home").await;
    screen.see("has been out of reach since").await;
    screen.see("You used").await;
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

    screen.press("Home").await;
    screen.open_link(&wattt.ask()).await;
    screen.see("What they see").await;
    house.stop_node();
    screen.see("The node cannot be reached").await;
    screen.look("request-offline").await;
    screen.press("Home").await;
    screen.see("The node cannot be reached").await;
    screen.look("home-offline").await;
    screen.press("Look at the meter").await;
    screen.see("The node cannot be reached").await;
    screen.look("meter-offline").await;
    screen.press("Sharing").await;
    screen.see("The node cannot be reached").await;
    screen.look("sharing-offline").await;
    screen.press("Details").await;
    screen.see("Number of the receipt").await;
    screen.see("The node cannot be reached").await;
    screen.look("consent-offline").await;
    screen.press("Settings").await;
    screen.see("Use this node").await;
    screen.see("The node cannot be reached").await;
    screen.look("settings-offline").await;
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
