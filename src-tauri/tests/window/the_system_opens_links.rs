//! The system opens links: it knows the window by its desktop file, as after its package was installed.

use crate::first_start::ENGLISH;
use crate::house::House;
use crate::session::{Session, program};

const PASSPHRASE: &str = "correct horse battery";
const DESKTOP_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/my-home.desktop");
/// The window outlives who asked for it; the driver wants somebody who stays.
const ASK_AND_STAY: &str = "gio open \"$0\" && exec sleep infinity";

#[tokio::test(flavor = "multi_thread")]
async fn the_system_finds_the_window_for_a_link_while_it_is_open_and_while_it_is_not() {
    let house = House::start();
    let wattt = house.service("Wattt Insights");
    let noord = house.service("Netwerk Noord");
    let session = Session::start(&house, "en_GB.UTF-8", false);
    session.is_installed();
    let screen = session.open(None).await;
    screen.first_start(&ENGLISH, PASSPHRASE).await;
    let asked = session.command("gio").args(["open", &wattt.ask()]).status();
    assert!(asked.unwrap().success());
    screen.see("Wattt Insights asks to see your").await;
    screen.close().await;

    let link = noord.ask();
    session.has_closed().await;
    let screen = session
        .open_as("/bin/sh", &["-c", ASK_AND_STAY, &link])
        .await;
    screen.see("A link is waiting").await;
    screen.unlock(PASSPHRASE).await;
    screen.see("Netwerk Noord asks to see your").await;
    screen.close().await;
}

impl Session {
    /// The desktop file lies where a package puts it, and names the program under test.
    fn is_installed(&self) {
        let mut valid = self.command("desktop-file-validate");
        assert!(valid.arg(DESKTOP_FILE).status().unwrap().success());
        let folder = self.data().join("applications");
        std::fs::create_dir_all(&folder).unwrap();
        let installed = std::fs::read_to_string(DESKTOP_FILE).unwrap();
        let ours = format!("Exec={} %u", program());
        assert!(installed.contains("Exec=my-home-app %u"));
        let installed = installed.replace("Exec=my-home-app %u", &ours);
        std::fs::write(folder.join("my-home-app.desktop"), installed).unwrap();
        let mut known = self.command("update-desktop-database");
        assert!(known.arg(&folder).status().unwrap().success());
    }
}
