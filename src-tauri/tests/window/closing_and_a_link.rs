//! A link in the moment in which the window closes: it is neither lost nor answered by an error.

use std::time::Duration;

use crate::first_start::ENGLISH;
use crate::house::House;
use crate::session::{Session, ended};

const PASSPHRASE: &str = "correct horse battery";

/// The one before accepts the call and dies before it answers.
#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_gets_no_answer_from_the_window_before_opens_one_itself() {
    let house = House::start();
    let wattt = house.service("Wattt Insights");
    let session = Session::start(&house, "en_GB.UTF-8", false);
    let screen = session.open(None).await;
    screen.first_start(&ENGLISH, PASSPHRASE).await;
    screen.close().await;

    let before = session.a_window_that_never_answers().await;
    let link = wattt.ask();
    let dies = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        drop(before);
    };
    let (screen, ()) = tokio::join!(session.open(Some(&link)), dies);
    screen.see("A link is waiting").await;
    screen.fill("Passphrase", PASSPHRASE).await;
    screen.press("Open").await;
    screen.see("Wattt Insights asks to see your").await;
    screen.close().await;
}

/// However the two fall together, a window with the link is there afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn closing_and_opening_a_link_at_once_never_fails() {
    let house = House::start();
    let session = Session::start(&house, "en_GB.UTF-8", false);
    for delay in [0, 40, 120, 300] {
        let screen = session.open(None).await;
        screen.see("New wallet").await;
        let closing = tokio::spawn(screen.close());
        tokio::time::sleep(Duration::from_millis(delay)).await;
        let link = format!("meterkast://consent?n=none&r=after-{delay}");
        let mut second = session.start_with(&link);
        closing.await.unwrap();
        session.a_window_opens_with(&link).await;
        // It was the window itself, or it handed its link over.
        let status = ended(&mut second).expect("the second start never ended");
        assert!(status.success() || status.code().is_none(), "{status}");
    }
}
