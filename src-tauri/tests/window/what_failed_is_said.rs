//! A wallet that fails says so on every screen, with a way to try again, and keeps what was there before; also where its
//! settings cannot be read.

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

/// It is put aside and comes back from its words; a keychain that answers by now is taken.
#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_without_settings_is_no_new_one_and_comes_back_from_its_words() {
    let house = House::start();
    let mut session = Session::start(&house, "en_GB.UTF-8", false);
    let screen = session.open(None).await;
    let words = screen.first_start(&ENGLISH, PASSPHRASE).await;
    screen.press("Activity").await;
    screen.see("Your wallet began here").await;
    screen.close().await;

    std::fs::write(session.wallet().join("settings.json"), "{").unwrap();
    let screen = session.open(None).await;
    screen.see("The settings cannot be read").await;
    screen.does_not_say("New wallet").await;
    screen.look("start-settings-damaged").await;
    screen.press("Put the wallet aside").await;
    screen.see("under names that end in aside-").await;
    screen.press("Continue").await;
    screen.press("I have 24 words").await;
    screen.fill("Your 24 words", &words.join(" ")).await;
    screen.press("Continue").await;
    screen.see("This device has no keychain that answers").await;
    screen.unfold("Technical details").await;
    screen.look("guard-without-keychain").await;
    session.start_keychain();
    screen.press("Try again").await;
    screen.see("Your key goes to this device's keychain").await;
    screen.fill(ENGLISH.passphrase, PASSPHRASE).await;
    screen.fill(ENGLISH.again, PASSPHRASE).await;
    screen.press("Bring my wallet back").await;
    screen.press("Activity").await;
    screen.see("Your wallet began here").await;
    screen.close().await;
}
