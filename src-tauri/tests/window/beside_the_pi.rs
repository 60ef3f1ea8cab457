//! Beside the Pi: where there is no Bluetooth the screen says what to do instead; and every state of its Wi-Fi and its node. What
//! happens over the air is told with a Pi in `screens`, and with a real Bluetooth stack by `cargo xtask test-ble`.

use serde_json::{Value, json};

use crate::first_start::ENGLISH;
use crate::house::House;
use crate::session::Session;

const PASSPHRASE: &str = "correct horse battery";
const NODE: &str = "http://192.168.1.20:14265";

#[tokio::test(flavor = "multi_thread")]
async fn the_pi_is_put_on_the_wifi_and_told_a_node() {
    let house = House::start();
    let (_pi, code) = house.pi();
    let session = Session::start(&house, "en_GB.UTF-8", false);
    let screen = session.open(None).await;
    screen.first_start(&ENGLISH, PASSPHRASE).await;
    screen.add_meter(&code, "Lindelaan 14").await;

    screen.press("Look at the meter").await;
    screen.press("Wi-Fi and node of the Pi").await;
    screen.see("There is no Bluetooth here").await;
    screen.see("connect the Pi with a network cable").await;
    screen.look("beside-no-bluetooth").await;

    let away =
        json!({ "address": NODE, "trouble": "no route to host", "ours": "http://10.0.0.2:14265" });
    screen
        .wallet_answers("pi_node", refused("pi-not-beside"))
        .await;
    screen.press("Try again").await;
    screen.see("Your Pi was not found here").await;
    screen.look("beside-not-found").await;
    screen.wallet_answers("pi_wifi", Ok(networks(false))).await;
    screen.wallet_answers("pi_node", Ok(away)).await;
    screen.press("Try again").await;
    screen.see("does not reach its node").await;
    screen.does_not_say("no route to host").await;
    screen.unfold("Technical details").await;
    screen.see("no route to host").await;
    screen.unfold("Technical details").await;
    screen.look("beside").await;
    screen.look_on_a_phone("beside").await;

    screen.choose_row("Guests").await;
    screen
        .see("Whoever is near can be on this network too")
        .await;
    screen.choose_row("Thuis").await;
    for (no, said) in refusals() {
        let refusal = json!({ "code": "pi-refuses", "no": no, "detail": null });
        screen.wallet_answers("join_wifi", Err(refusal)).await;
        screen.fill("Password of Thuis", "correct horse").await;
        screen.press("Put the Pi on this network").await;
        screen.see(said).await;
    }
    screen.look("beside-wrong-password").await;
    screen.the_wallet_never_answers("join_wifi").await;
    screen.press("Put the Pi on this network").await;
    screen.see("The Pi joins Thuis").await;
    screen.look("beside-joining").await;
    screen.press_picture("Back").await;
    screen.see("Wi-Fi and node of the Pi").await;

    screen.wallet_answers("join_wifi", Ok(Value::Null)).await;
    screen.press("Wi-Fi and node of the Pi").await;
    screen.choose_row("Thuis").await;
    screen.fill("Password of Thuis", "correct horse").await;
    screen.wallet_answers("pi_wifi", Ok(networks(true))).await;
    screen.wallet_answers("pi_node", Ok(reached())).await;
    screen.press("Put the Pi on this network").await;
    screen.see("The Pi is on Thuis, and stays with it.").await;
    screen.see("The Pi reaches its node").await;
    screen
        .element(
            "//label[contains(., 'Thuis')]//span[contains(@class, 'tag')][contains(., 'Here')]",
        )
        .await;
    screen.look("beside-joined").await;

    screen.fill("Another node", "nonsense").await;
    let refusal = json!({ "code": "pi-refuses", "no": "address", "detail": null });
    screen.wallet_answers("use_node", Err(refusal)).await;
    screen.press("Use this node").await;
    screen.see("That cannot be the address of a node").await;
    screen.wallet_answers("pi_wifi", Ok(json!([]))).await;
    screen.press("Listen again").await;
    screen.see("The Pi hears no network").await;
    let no_wifi = json!({ "code": "pi-refuses", "no": "no-adapter", "detail": null });
    screen.wallet_answers("pi_wifi", Err(no_wifi)).await;
    screen.press("Listen again").await;
    screen.see("This Pi has no Wi-Fi").await;
    screen.look("beside-no-wifi").await;
    screen.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pi_that_was_just_added_and_reaches_no_node_is_helped() {
    let house = House::start();
    let session = Session::start(&house, "en_GB.UTF-8", false);
    let screen = session.open(None).await;
    screen.first_start(&ENGLISH, PASSPHRASE).await;
    let added = json!({ "id": "1f", "no_node": "there is no network" });
    screen.wallet_answers("pair", Ok(added)).await;
    screen.wallet_answers("nearby", Ok(json!([]))).await;
    screen.press("Add a meter").await;
    screen.fill("Code of the Pi", "whatever").await;
    screen.press("Connect").await;
    screen.see("the Pi does not reach its node yet").await;
    screen.look("add-meter-cut-off").await;
    screen.wallet_answers("pi_wifi", Ok(networks(false))).await;
    screen.wallet_answers("pi_node", Ok(reached())).await;
    screen.press("Wi-Fi and node of the Pi").await;
    screen.see("On which network?").await;
    screen.close().await;
}

fn refused(code: &str) -> Result<Value, Value> {
    Err(json!({ "code": code }))
}

fn reached() -> Value {
    json!({ "address": NODE, "trouble": null, "ours": null })
}

fn networks(joined: bool) -> Value {
    let network = |name: &str, strength: u8, takes: &str, joined: bool| json!({ "id": name.as_bytes(), "name": name, "strength": strength, "takes": takes, "joined": joined });
    json!([
        network("Thuis", 82, "password", joined),
        network("Guests", 55, "nothing", false),
        network("KPN-Office", 21, "more", false),
    ])
}

fn refusals() -> [(&'static str, &'static str); 5] {
    [
        ("not-heard", "does not hear this network"),
        ("no-address", "gave it no address"),
        ("forbidden", "does not let pi-daemon set up Wi-Fi"),
        ("busy", "still does what was asked before"),
        ("password", "does not take this password"),
    ]
}
