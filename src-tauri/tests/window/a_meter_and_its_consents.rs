//! What can be done with a meter and with a consent afterwards: look closer, save, price, pause, rename, remove.

use serde_json::json;

use crate::first_start::ENGLISH;
use crate::house::House;
use crate::session::Session;

const PASSPHRASE: &str = "correct horse battery";

#[tokio::test(flavor = "multi_thread")]
async fn a_meter_is_priced_saved_paused_renamed_and_removed() {
    let house = House::start();
    let (_pi, code) = house.pi();
    let wattt = house.service("Wattt Insights");
    let session = Session::start(&house, "en_GB.UTF-8", false);
    let screen = session.open(None).await;
    screen.first_start(&ENGLISH, PASSPHRASE).await;
    screen.add_meter(&code, "Lindelaan 14").await;
    screen.sees_power_now().await;

    screen.press("Look at the meter").await;
    screen
        .see("No price is entered, so no costs are shown")
        .await;
    screen.press("Enter your prices").await;
    screen.fill("Electricity, per kWh", "twenty").await;
    screen.press("Save prices").await;
    screen.see("Enter an amount in euros").await;
    screen.fill("Electricity, per kWh", "0.2845").await;
    screen.fill("Gas, per m³", "1.25").await;
    screen.press("Save prices").await;
    screen.see("Change prices").await;
    screen.press("Live").await;
    screen.see("Costs are shown for a day").await;
    screen.see("From the grid").await;
    screen.look("meter-live").await;
    screen.look_on_a_phone("meter-live").await;
    // Phases as rows of one table, for whoever cannot see their charts.
    screen.press("Table").await;
    screen.element("//table[caption='Phases now']").await;
    screen.look("meter-live-table").await;
    screen.press("Chart").await;

    for (form, ending) in [
        ("Picture (PNG)", "png"),
        ("Picture (SVG)", "svg"),
        ("Table (CSV)", "csv"),
        ("Table (Parquet)", "parquet"),
    ] {
        screen.choose("As", form).await;
        screen.press("Save file").await;
        screen.see("aved in").await;
        session.has_saved("Lindelaan 14 live", ending);
    }
    screen.choose("As", "Green Button (XML)").await;
    screen.press("Save file").await;
    screen.see("Nothing was measured here in this time").await;

    screen.press("Rename").await;
    screen
        .fill("What do you call this meter?", "Upstairs")
        .await;
    screen.press("Save name").await;
    screen.see("Upstairs").await;
    screen.press("Home").await;
    screen.see("Upstairs").await;
    screen.does_not_say("Lindelaan 14").await;

    screen.say_yes(&wattt.ask(), PASSPHRASE).await;
    screen.press("Show the receipt").await;
    screen.see("Who this is").await;
    screen.press("Prepare a letter").await;
    screen.see("Complaint about Wattt Insights").await;
    screen.see("You said yes to Wattt Insights").await;
    screen.look("consent-letter").await;
    screen.look_on_a_phone("consent-letter").await;
    screen.press("Save as a file").await;
    screen.see("Saved in").await;
    session.has_saved("Complaint about Wattt Insights", "txt");
    screen.press("Sharing").await;
    screen.press("Pause").await;
    screen.see("reads nothing new until you resume").await;
    screen.look("sharing-paused").await;
    wattt.comes_to("paused").await;
    screen.press("Resume").await;
    screen.see("Pause").await;
    wattt.comes_to("active").await;

    screen.press("Home").await;
    screen.press("Look at the meter").await;
    screen.press("Remove this meter").await;
    screen.see("the Pi erases itself").await;
    screen.fill("Passphrase", "not the passphrase").await;
    screen.press("Remove this meter").await;
    screen.see("That passphrase is not right").await;
    screen.fill("Passphrase", PASSPHRASE).await;
    screen.press("Remove this meter").await;
    screen.see("No meter yet").await;
    screen.press("Sharing").await;
    screen.press("Ended").await;
    screen.see("Meter removed").await;
    screen.press("Ask them to erase it").await;
    screen.see("All erased, they say").await;
    // Who ended it is still said.
    screen.see("Meter removed").await;
    screen.see("Erased, they say").await;
    screen.look("sharing-ended").await;
    screen.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_read_is_stopped_and_the_last_reading_is_said() {
    let house = House::start();
    let (_pi, code) = house.pi();
    let wattt = house.service("Wattt Insights");
    let session = Session::start(&house, "en_GB.UTF-8", false);
    let screen = session.open(None).await;
    screen.first_start(&ENGLISH, PASSPHRASE).await;
    screen.add_meter(&code, "Lindelaan 14").await;
    screen.sees_power_now().await;
    let live = json!({
        "lane": "live/electricity",
        "needed": true,
        "why": { "en": "Power now.", "nl": "Vermogen van nu." },
        "coarser": [],
    });
    let asked = wattt.ask_with(json!({ "lanes": [live] }));
    screen.say_yes(&asked, PASSPHRASE).await;
    wattt.has_read().await;
    screen.press("To Sharing").await;
    screen.press("Stop: Wattt Insights").await;
    screen.press("Yes, stop").await;
    screen.see("Last reading they can open").await;
    screen.see("Wattt Insights confirms").await;
    screen.see("Stopped by you").await;
    screen.look("sharing-stopped-last-reading").await;
    screen.look_on_a_phone("sharing-stopped-last-reading").await;
    screen.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_node_is_taken_if_it_serves_the_same_network() {
    let house = House::start();
    let wattt = house.service("Wattt Insights");
    let session = Session::with_node(&house, "en_GB.UTF-8", false, None);
    let screen = session.open(None).await;
    screen
        .first_start_at(&ENGLISH, PASSPHRASE, Some(&house.tangle))
        .await;
    screen.press("Settings").await;
    screen.fill("Node", "http://127.0.0.1:9").await;
    screen.press("Use this node").await;
    screen.see("The node cannot be reached").await;
    // The same node by another name.
    let other = house.tangle.replace("127.0.0.1", "localhost");
    screen.fill("Node", &other).await;
    screen.press("Use this node").await;
    screen.see("My Home is locked").await;
    screen.fill("Passphrase", PASSPHRASE).await;
    screen.press("Open").await;
    screen.see("Up to date").await;
    assert_eq!(screen.value("Node").await, other);

    // And what came too late says so.
    let link = wattt.ask_with(json!({ "lifetime": 1 }));
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    screen.press("Home").await;
    screen.fill("Link from a service", &link).await;
    screen.press("Open the link").await;
    screen.see("This request could be answered until").await;
    screen.see("Nothing was shared").await;
    screen.close().await;
}
