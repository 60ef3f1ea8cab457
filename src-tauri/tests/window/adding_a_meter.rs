//! Adding a meter: without Bluetooth it says so and goes over the network, from a picture of the Pi's code too; and what
//! the screen says when there is Bluetooth, or something is wrong with it.

use serde_json::{Value, json};

use crate::first_start::ENGLISH;
use crate::house::House;
use crate::screen::Screen;
use crate::session::Session;

const PASSPHRASE: &str = "correct horse battery";

#[tokio::test(flavor = "multi_thread")]
async fn without_bluetooth_a_picture_of_the_code_adds_the_meter() {
    let house = House::start();
    let (_pi, code) = house.pi();
    let wattt = house.service("Wattt Insights");
    let session = Session::start(&house, "en_GB.UTF-8", false);
    let screen = session.open(None).await;
    screen.first_start(&ENGLISH, PASSPHRASE).await;

    screen.press("Add a meter").await;
    screen.see("There is no Bluetooth here").await;
    screen.see("it goes over the network").await;
    screen.look("add-meter").await;
    screen.look_on_a_phone("add-meter").await;
    screen.give_picture_of(None).await;
    screen.see("There is no QR code to be found").await;
    screen.look("add-meter-no-code").await;
    screen
        .give_picture_of(Some("https://example.org/menu"))
        .await;
    screen.see("This link is for “example.org”").await;
    screen
        .fill("What do you call this meter?", "Lindelaan 14")
        .await;
    screen.give_picture_of(Some(&code)).await;
    screen.see("Your meter is added").await;
    screen.look("add-meter-added").await;
    screen.press("To Home").await;
    screen.see("Lindelaan 14").await;

    screen.give_picture_of(Some(&wattt.ask())).await;
    screen.see("Wattt Insights asks to see your").await;
    screen.see("What they see").await;
    screen.close().await;
}

/// No machine that runs tests has these; what finds them is told with a real Bluetooth stack elsewhere
/// (`cargo xtask test-ble`).
#[tokio::test(flavor = "multi_thread")]
async fn every_state_of_bluetooth_has_its_screen() {
    let house = House::start();
    let session = Session::start(&house, "en_GB.UTF-8", false);
    let screen = session.open(None).await;
    screen.first_start(&ENGLISH, PASSPHRASE).await;

    screen.wallet_answers("nearby", Ok(json!([]))).await;
    screen.press("Add a meter").await;
    screen.see("No Pi found yet").await;
    screen.press_summary("I do not see my Pi").await;
    screen.see("A metal door holds much back").await;
    screen.look("add-meter-nobody").await;
    let near = json!({ "id": "1", "name": "Meterkast 7C2A0419", "nearness": "close" });
    let far = json!({ "id": "2", "name": "Meterkast 00F31B88", "nearness": "far" });
    screen.wallet_answers("nearby", Ok(json!([near]))).await;
    screen.see("1 found").await;
    screen.look("add-meter-found").await;
    screen
        .wallet_answers("nearby", Ok(json!([near, far])))
        .await;
    screen.see("2 found, the nearest first").await;
    screen.choose_row("Meterkast 00F31B88").await;
    screen.look("add-meter-several").await;
    screen.look_on_a_phone("add-meter-several").await;

    for (problem, said) in without_bluetooth() {
        screen.wallet_answers("nearby", Err(problem)).await;
        screen.see(said).await;
        screen.wallet_answers("nearby", Ok(json!([]))).await;
        screen.press("Look again").await;
        screen.see("No Pi found yet").await;
    }
    let adapters = json!({ "code": "which-adapter", "there": ["hci0", "hci1"] });
    screen.wallet_answers("nearby", Err(adapters)).await;
    screen.see("more than one Bluetooth adapter").await;
    screen.look("add-meter-adapters").await;
    screen.wallet_answers("nearby", Ok(json!([near]))).await;
    screen.press("hci1").await;
    screen.see("1 found").await;

    for (problem, said) in failures() {
        screen.wallet_answers("pair", Err(problem)).await;
        screen.fill("Code of the Pi", "whatever").await;
        screen.press("Connect").await;
        screen.see(said).await;
    }
    screen.look("add-meter-failed").await;
    screen.close().await;
}

fn without_bluetooth() -> Vec<(Value, &'static str)> {
    vec![
        (
            json!({ "code": "bluetooth-off" }),
            "Bluetooth is switched off. Switch it on",
        ),
        (
            json!({ "code": "bluetooth-not-allowed" }),
            "may not use Bluetooth. Allow it",
        ),
        (
            json!({ "code": "bluetooth-unusable", "why": "the adapter hangs" }),
            "Bluetooth does not work here.",
        ),
    ]
}

fn failures() -> Vec<(Value, &'static str)> {
    vec![
        (json!({ "code": "several-nearby" }), "Choose above"),
        (
            json!({ "code": "not-nearby-any-more" }),
            "not nearby any more",
        ),
        (json!({ "code": "pi-silent-to-code" }), "Compare it with"),
        (json!({ "code": "pi-has-owner" }), "has an owner already"),
        (
            json!({ "code": "pi-locked", "seconds": 240 }),
            "locked for another 240 s",
        ),
        (
            json!({ "code": "pi-busy", "seconds": 20 }),
            "Try again in 20 s",
        ),
        (json!({ "code": "pi-does-not-answer" }), "does not answer"),
        (
            json!({ "code": "bluetooth-broke-last" }),
            "ended at the last step",
        ),
    ]
}

impl Screen {
    /// Gives the screen a picture, as from a file: of a QR code that says this, or of nothing.
    async fn give_picture_of(&self, text: Option<&str>) {
        let code = text.map(|text| qrcode::QrCode::new(text).unwrap());
        let marks: Vec<bool> = code
            .iter()
            .flat_map(|code| code.to_colors())
            .map(is_dark)
            .collect();
        let side = code.map_or(0, |code| code.width());
        self.run_async(&format!(
            "const done = arguments[arguments.length - 1], side = {side}, marks = {marks:?}, point = 8, margin = 4;
            const canvas = document.createElement('canvas');
            canvas.width = canvas.height = (side + 2 * margin) * point;
            const paper = canvas.getContext('2d');
            paper.fillStyle = 'white';
            paper.fillRect(0, 0, canvas.width, canvas.height);
            paper.fillStyle = 'black';
            marks.forEach((mark, i) => mark && paper.fillRect(
                (i % side + margin) * point, (Math.floor(i / side) + margin) * point, point, point));
            canvas.toBlob((blob) => {{
                const files = new DataTransfer();
                files.items.add(new File([blob], 'sticker.png', {{ type: 'image/png' }}));
                const input = document.querySelector('input[type=file]');
                input.files = files.files;
                input.dispatchEvent(new Event('change', {{ bubbles: true }}));
                done(true);
            }});"
        ))
        .await;
    }

    async fn press_summary(&self, words: &str) {
        let summary = format!("//summary[normalize-space(.)=\"{words}\"]");
        self.element(&summary).await.click().await.unwrap();
    }
}

fn is_dark(color: qrcode::Color) -> bool {
    color == qrcode::Color::Dark
}
