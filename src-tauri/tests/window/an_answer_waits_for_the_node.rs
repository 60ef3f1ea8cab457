//! The node goes away between reading a request and answering it: what the window says of the answer stays true.

use crate::first_start::ENGLISH;
use crate::house::House;
use crate::screen::Screen;
use crate::session::Session;

const PASSPHRASE: &str = "correct horse battery";

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_without_the_node_is_kept_taken_back_and_given_again() {
    let mut house = House::start();
    let (pi, code) = house.pi();
    let wattt = house.service("Wattt Insights");
    let session = Session::start(&house, "en_GB.UTF-8", false);
    let screen = session.open(None).await;
    screen.first_start(&ENGLISH, PASSPHRASE).await;
    screen.add_meter(&code, "Lindelaan 14").await;
    screen.open_link(&wattt.ask()).await;
    screen.see("You can answer until").await;

    house.stop_node();
    screen.answers_yes().await;
    screen.look("request-kept").await;
    screen.look_on_a_phone("request-kept").await;
    screen.press("To Home").await;
    screen
        .see("Your yes to Wattt Insights waits for the node")
        .await;
    screen.does_not_say("You can answer until").await;
    screen.look("home-kept").await;
    screen.press("Sharing").await;
    screen.see("You share nothing with anybody").await;
    screen.press("Home").await;
    screen.press("Look at it").await;
    screen.press("Take it back").await;
    screen.see("You can answer until").await;

    screen.answers_yes().await;
    house.start_node();
    screen.see("Wattt Insights may see your data").await;
    wattt.comes_to("active").await;

    // The Pi is away: a pause is said, and does not hold.
    drop(pi);
    screen.press("To Sharing").await;
    screen.press("Pause").await;
    screen.see("You paused it. Waiting for the Pi").await;
    screen.does_not_say("reads nothing new").await;
    screen.look("sharing-pause-waits").await;
    house.stop_node();
    screen.press("Resume").await;
    screen.see("so resuming waits").await;
    screen.press("Pause").await;
    screen.see("so your pause waits").await;
    screen.close().await;
}

impl Screen {
    async fn answers_yes(&self) {
        self.press("Yes, share this").await;
        self.fill("Passphrase", PASSPHRASE).await;
        self.press("Yes, share this").await;
        self.see("Your yes is kept on this device").await;
    }
}
