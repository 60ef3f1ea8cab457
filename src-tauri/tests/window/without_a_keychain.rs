//! In Dutch, on a computer without a keychain: said plainly, kept in an encrypted file, restored from its words, and
//! useful without a node.

use crate::first_start::DUTCH;
use crate::house::House;
use crate::session::Session;

const PASSPHRASE: &str = "fiets tulp stroopwafel";

#[tokio::test(flavor = "multi_thread")]
async fn the_wallet_opens_again_and_shows_what_it_has_without_a_node() {
    let mut house = House::start();
    let session = Session::start(&house, "nl_NL.UTF-8", false);
    let screen = session.open(None).await;
    let words = screen.first_start(&DUTCH, PASSPHRASE).await;
    assert!(session.wallet().join("seed.enc").exists());
    screen.see("Nog geen meter").await;
    screen.look("home-empty").await;
    // Wait until it stands on the Tangle, so that it can come back.
    screen.press("Activiteit").await;
    screen.see("Je wallet begon hier").await;
    screen.close().await;

    let elsewhere = Session::start(&house, "nl_NL.UTF-8", false);
    let screen = elsewhere.open(None).await;
    screen.press("Ik heb al 24 woorden").await;
    let mut wrong = words.clone();
    wrong[6] = "gardan".into();
    screen.fill("Je 24 woorden", &wrong.join(" ")).await;
    screen.press("Verder").await;
    screen
        .see("Woord 7, “gardan”, staat niet in de lijst. Bedoel je “garden”?")
        .await;
    screen.look("restore-wrong-word").await;
    screen.fill("Je 24 woorden", &words.join(" ")).await;
    screen.press("Verder").await;
    screen
        .see("Dit apparaat heeft geen sleutelbos die antwoordt")
        .await;
    screen.fill("Wachtwoordzin", PASSPHRASE).await;
    screen.fill("Nog een keer", PASSPHRASE).await;
    screen.press("Haal mijn wallet terug").await;
    screen.see("Nog geen meter").await;
    screen.close().await;

    house.stop_node();
    let screen = elsewhere.open(None).await;
    screen.see("My Home is op slot").await;
    screen.fill("Wachtwoordzin", "verkeerde zin").await;
    screen.press("Open").await;
    screen.see("Die wachtwoordzin klopt niet").await;
    screen.look("locked-wrong-passphrase").await;
    screen.fill("Wachtwoordzin", PASSPHRASE).await;
    screen.press("Open").await;
    screen.see("Het knooppunt is niet bereikbaar").await;
    screen.look("home-empty-offline").await;
    screen.press("Activiteit").await;
    screen.see("Je wallet begon hier").await;
    house.start_node();
    screen.press("Thuis").await;
    screen.see("Bijgewerkt om").await;
    screen.close().await;
}
