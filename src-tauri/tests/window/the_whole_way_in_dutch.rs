//! The whole way once more, in Dutch, with the words of a service in Dutch too.

use crate::first_start::DUTCH;
use crate::house::House;
use crate::lived_in;
use crate::session::Session;

const PASSPHRASE: &str = "fiets tulp stroopwafel";

#[tokio::test(flavor = "multi_thread")]
async fn een_meter_wordt_toegevoegd_gedeeld_en_gestopt() {
    let house = House::start();
    let (_pi, code) = house.pi();
    let wattt = house.service("Wattt Insights");
    let session = Session::start(&house, "nl_NL.UTF-8", false);
    let screen = session.open(None).await;
    screen.first_start(&DUTCH, PASSPHRASE).await;
    screen.see("Nog geen meter").await;
    screen.press("Meter toevoegen").await;
    screen.see("Er is hier geen Bluetooth").await;
    screen.fill("Code van de Pi", &code).await;
    screen.fill("Hoe noem je deze meter?", "Lindelaan 14").await;
    screen.press("Verbind").await;
    screen.see("Je meter is toegevoegd").await;
    screen.press("Naar Thuis").await;
    screen.see("Lindelaan 14").await;
    // The first reading is there.
    screen.element("//p[@class='live']").await;
    screen.close().await;
    session.has_closed().await;
    lived_in::since_a_year(&session.wallet());

    let screen = session.open(None).await;
    screen.see("My Home is op slot").await;
    screen.fill("Wachtwoordzin", PASSPHRASE).await;
    screen.press("Open").await;
    screen.fill("Link van een dienst", &wattt.ask()).await;
    screen.press("Open de link").await;
    screen.see("Dit zouden ze van gisteren hebben gezien").await;
    screen.look("request").await;
    screen.look_on_a_phone("request").await;
    screen.press("Thuis").await;
    screen.see("Lees het verzoek").await;
    screen.look("home-request").await;
    screen.press("Lees het verzoek").await;
    screen.press("Ja, wel delen").await;
    screen.fill("Wachtwoordzin", PASSPHRASE).await;
    screen.look("request-yes").await;
    screen.press("Ja, wel delen").await;
    screen.see("mag meekijken").await;
    screen.look("request-granted").await;
    screen.press("Naar Delen").await;
    screen.see("Laatst verstuurd").await;
    screen.look("sharing").await;
    screen.look_on_a_phone("sharing").await;
    screen.press("Details").await;
    screen.see("Nummer van het bewijs").await;
    screen.look("consent").await;
    screen.press("Delen").await;

    screen.press("Stop: Wattt Insights").await;
    screen.see("Stoppen met Wattt Insights?").await;
    screen.look("stop-question").await;
    screen.press("Ja, stop").await;
    screen.see("Wattt Insights bevestigt").await;
    screen.see("Door jou gestopt").await;
    screen.look("sharing-stopped").await;
    screen.look_on_a_phone("sharing-stopped").await;
    assert_eq!(wattt.states(), ["revoked"]);
    screen.press("Activiteit").await;
    screen.see("Niets ontbreekt en niets is veranderd").await;
    screen.look("activity").await;
    screen.close().await;
}
