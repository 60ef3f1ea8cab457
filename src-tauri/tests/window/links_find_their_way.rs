//! Links, cold and warm: a link waits behind the lock, never takes the place of another request, and says what is wrong
//! with it.

use std::time::Duration;

use serde_json::json;

use crate::first_start::ENGLISH;
use crate::house::House;
use crate::session::Session;

const PASSPHRASE: &str = "correct horse battery";

#[tokio::test(flavor = "multi_thread")]
async fn a_link_never_skips_the_lock_or_the_screen() {
    let house = House::start();
    let wattt = house.service("Wattt Insights");
    let noord = house.service("Netwerk Noord");
    let session = Session::start(&house, "en_GB.UTF-8", false);
    let screen = session.open(None).await;
    screen.first_start(&ENGLISH, PASSPHRASE).await;
    screen.close().await;

    // Cold: the window opens locked, and the request shows after the passphrase.
    let first = wattt.ask();
    let screen = session.open(Some(&first)).await;
    screen.see("A link is waiting").await;
    screen.does_not_say("Wattt Insights").await;
    screen.look("locked-link").await;
    screen.fill("Passphrase", PASSPHRASE).await;
    screen.press("Open").await;
    screen.see("Wattt Insights asks to see your").await;
    screen.see("There is no meter yet").await;
    screen.see("There is no meter here yet").await;
    screen.look("request-without-meter").await;
    // The code of a Pi takes nothing from the request: it waits where a meter is added.
    session.click_link("meterkast://pair#some-code");
    screen.see("The code of a meter came in").await;
    screen.see("Wattt Insights asks to see your").await;
    screen.press("Add a meter").await;
    assert_eq!(
        screen.value("Code of the Pi").await,
        "meterkast://pair#some-code"
    );
    screen.press("Home").await;
    screen.press("Read the request").await;
    screen.see("Wattt Insights asks to see your").await;

    // Warm, with a request open: the other one waits on Home.
    session.click_link(&noord.ask());
    screen.see("Another request came in").await;
    screen.see("Wattt Insights asks to see your").await;
    screen.press("Home").await;
    screen.see("Netwerk Noord asks to see your").await;
    screen.look("home-requests").await;

    // Twice: the same request, not a second one.
    session.click_link(&first);
    screen.see("What they see").await;
    screen.press("Home").await;
    screen.see("Netwerk Noord asks to see your").await;

    // Malformed: said, and nothing opened.
    session.click_link("meterkast://consent?n=x&r=nonsense");
    screen.see("scan the code again").await;

    // Too long to be one: said as well.
    let endless = format!("meterkast://consent?n=x&r={}", "a".repeat(3_000));
    session.click_link(&endless);
    screen.see("too long to be a request").await;
    screen.press("Sharing").await;
    screen.see("You share nothing with anybody").await;
    screen.does_not_say("too long to be a request").await;
    screen.press("Home").await;

    // From a site that does not answer: said, and the person decides.
    let buddy = house.service_without_a_site("Solar Buddy");
    session.click_link(&buddy.ask());
    screen.see("The site could not be checked").await;
    screen.look("request-site-not-checked").await;
    screen.look_on_a_phone("request-site-not-checked").await;
    screen.press("No, do not share").await;
    screen.see("You said no. Nothing was shared.").await;

    // Expired: said, with when it was.
    let short = wattt.ask_with(json!({ "lifetime": 1 }));
    tokio::time::sleep(Duration::from_secs(2)).await;
    session.click_link(&short);
    screen.see("This request could be answered until").await;
    screen.look("home-link-expired").await;

    // Refused: a no needs nothing, and the link is used up.
    session.click_link(&first);
    screen.press("No, do not share").await;
    screen.see("You said no. Nothing was shared.").await;
    screen.look("request-declined").await;
    session.click_link(&first);
    screen.see("answered already").await;
    screen.look("home-link-used").await;
    screen.close().await;
}
