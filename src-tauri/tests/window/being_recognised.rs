//! A phone that can recognise its owner: it is chosen with the passphrase, and whoever is not recognised has the passphrase. No
//! machine that runs tests has what recognises; the window is told that there is something, and that says that it knows nobody.

use serde_json::json;

use crate::first_start::ENGLISH;
use crate::house::House;
use crate::screen::within;
use crate::session::Session;

const PASSPHRASE: &str = "correct horse battery";
const CHOICE: &str = "Instead of your passphrase, while My Home is open";

#[tokio::test(flavor = "multi_thread")]
async fn a_finger_is_chosen_and_the_passphrase_always_does() {
    let house = House::start();
    let session = Session::start(&house, "en_GB.UTF-8", false);
    let screen = session.open(None).await;
    screen.first_start(&ENGLISH, PASSPHRASE).await;
    screen.press("Settings").await;
    screen.see("Your 24 words").await;
    screen.does_not_say("Fingerprint or face").await;

    let here = |on: bool| Ok(json!({ "here": true, "on": on }));
    screen.wallet_answers("recognition", here(false)).await;
    screen.press("Home").await;
    screen.press("Settings").await;
    screen.see("Opening always takes your passphrase").await;
    screen.look("settings-recognition").await;
    screen.turn(CHOICE).await;
    screen.fill("Passphrase", "wrong passphrase").await;
    screen.press("Confirm").await;
    screen.see("That passphrase is not right").await;
    screen.wallet_answers("recognition", here(true)).await;
    screen.fill("Passphrase", PASSPHRASE).await;
    screen.press("Confirm").await;
    screen.does_not_say("Is it you?").await;

    screen.press("Show my words").await;
    screen.see("You were not recognised").await;
    screen.look("prove-recognition").await;
    screen.fill("Passphrase", PASSPHRASE).await;
    screen.press("Confirm").await;
    screen.see("Hide").await;
    screen.wallet_answers("recognition", here(false)).await;
    screen.turn(CHOICE).await;
    screen.press("Hide").await;
    screen.press("Show my words").await;
    screen.see("Is it you?").await;
    screen.does_not_say("You were not recognised").await;

    // What was begun is not taken back by looking away.
    screen.the_wallet_never_answers("words").await;
    screen.fill("Passphrase", PASSPHRASE).await;
    screen.press("Confirm").await;
    let dialog = |button: &str| format!("//dialog[@open]//button[.='{button}']");
    let cancel = screen.element(&dialog("Cancel")).await;
    let enabled = within("cancelling", cancel.is_enabled()).await;
    assert!(!enabled.unwrap(), "a no that does nothing");
    let field = screen.element("//*[@id='prove-passphrase']").await;
    let escape = field.send_keys("\u{e00c}");
    within("the escape key", escape).await.unwrap();
    screen.element(&dialog("Confirm")).await;
    screen.close().await;
}
