//! A wallet that fails says so on every screen, with a way to try again, and keeps what was there before.

use serde_json::json;

use crate::first_start::ENGLISH;
use crate::house::House;
use crate::session::Session;

const PASSPHRASE: &str = "correct horse battery";
const SAID: &str = "The data are damaged";

#[tokio::test(flavor = "multi_thread")]
async fn every_screen_says_what_failed_and_tries_again() {
    let house = House::start();
    let (_pi, code) = house.pi();
    let session = Session::start(&house, "en_GB.UTF-8", false);
    let screen = session.open(None).await;
    screen.first_start(&ENGLISH, PASSPHRASE).await;
    screen.add_meter(&code, "Lindelaan 14").await;

    let damaged = || Err(json!({ "code": "database-damaged" }));
    // What was there stays.
    screen.wallet_answers("home", damaged()).await;
    screen.see(SAID).await;
    screen.see("Lindelaan 14").await;
    screen.look("home-failed").await;

    for (place, command) in [
        ("meter/any", "meter"),
        ("request/any", "request"),
        ("sharing", "sharing"),
        ("consent/any", "consent"),
        ("activity", "activity"),
        ("settings", "settings"),
    ] {
        screen.wallet_answers(command, damaged()).await;
        screen.go(place).await;
        screen.see(SAID).await;
        screen.look(&format!("{command}-failed")).await;
    }
    screen.the_wallet_answers_by_itself("settings").await;
    screen.press("Try again").await;
    screen.see("Your 24 words").await;
    screen.close().await;
}
