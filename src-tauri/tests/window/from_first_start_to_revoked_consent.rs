//! The whole way, in English: words, a meter, a request, a yes, a stop, and the proof that nothing is missing.

use crate::first_start::ENGLISH;
use crate::house::House;
use crate::session::Session;

const PASSPHRASE: &str = "correct horse battery";

#[tokio::test(flavor = "multi_thread")]
async fn a_meter_is_added_shared_and_stopped_in_the_window() {
    let house = House::start();
    let (_pi, code) = house.pi();
    let wattt = house.service("Wattt Insights");
    let session = Session::start(&house, "en_GB.UTF-8", true);
    let screen = session.open(None).await;

    screen.first_start(&ENGLISH, PASSPHRASE).await;
    screen.see("No meter yet").await;
    screen.look("home-empty").await;
    assert!(
        !session.wallet().join("seed.enc").exists(),
        "the seed is in the keychain"
    );
    assert_eq!(session.core_dump(), "0 0", "a crash writes no seed");

    screen.press("Add a meter").await;
    screen.fill("Code of the Pi", "not a code").await;
    screen.press("Connect").await;
    screen.see("Compare it group by group").await;
    screen.look("add-meter-wrong-code").await;
    screen.fill("Code of the Pi", &code).await;
    screen
        .fill("What do you call this meter?", "Lindelaan 14")
        .await;
    screen.press("Connect").await;
    screen.see("Your meter is added").await;
    screen.press("To Home").await;
    screen.see("Lindelaan 14").await;
    screen.sees_power_now().await;
    screen.look("home-new").await;
    screen.look_on_a_phone("home-new").await;

    screen.fill("Link from a service", &wattt.ask()).await;
    screen.press("Open the link").await;
    screen.see("What they would see").await;
    screen.see("Example, not your home").await;
    screen.see("Not enough was measured here yesterday").await;
    screen.does_not_say("and nothing more").await;
    screen.does_not_say("The pictures are of yesterday").await;
    screen.see("You can answer until").await;
    screen.look("request-example").await;
    screen.look_on_a_phone("request-example").await;
    screen.press("Yes, share this").await;
    screen.fill("Passphrase", "not the passphrase").await;
    screen.press("Yes, share this").await;
    screen.see("That passphrase is not right").await;
    screen.fill("Passphrase", PASSPHRASE).await;
    screen.look("request-yes").await;
    screen.press("Yes, share this").await;
    screen.see("may see your data").await;
    screen.press("To Sharing").await;
    screen.see("Last sent").await;
    screen.look("sharing").await;

    screen.press("Stop: Wattt Insights").await;
    screen.see("Stop sharing with Wattt Insights?").await;
    screen.look("stop-question").await;
    screen.press("Yes, stop").await;
    // A service that asks for days, and is stopped on the day of the yes.
    screen.see("Sent to the Pi and the service").await;
    screen.see("They could never open anything").await;
    screen
        .see("It ended before there was anything to open")
        .await;
    screen.see("Wattt Insights confirms").await;
    screen.see("Stopped by you").await;
    screen.look("sharing-stopped").await;
    screen.look_on_a_phone("sharing-stopped").await;
    assert_eq!(wattt.states(), ["revoked"]);

    screen.does_not_say("Ask them to erase it").await;

    screen.press("Activity").await;
    screen
        .see("Nothing is missing and nothing was changed")
        .await;
    screen.see("You stopped Wattt Insights").await;
    screen.look("activity").await;
    screen.look_on_a_phone("activity").await;

    screen.press("Settings").await;
    screen.see("Your 24 words").await;
    screen.look("settings").await;
    screen.press("Show my words").await;
    screen.fill("Passphrase", PASSPHRASE).await;
    screen.press("Confirm").await;
    screen.see("Hide").await;
    screen.look("settings-words").await;
    screen.press("Hide").await;
    screen.see("Show my words").await;
    screen.press("Lock").await;
    screen.see("My Home is locked").await;
    screen.look("locked").await;
    screen.does_not_say("Lindelaan").await;
    screen.close().await;
}
