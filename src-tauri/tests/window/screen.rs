//! One window, and what a person does in it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::bus::Bus;
use crate::house::{House, free_port};

/// Nothing takes longer than this, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(100);
const AXE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../ui/node_modules/axe-core/axe.min.js"
);

/// A session in which the window can be opened, closed, and opened again: its bus, its folders, its driver.
pub(crate) struct Session {
    driver: Child,
    port: u16,
    bus: Bus,
    home: PathBuf,
    language: &'static str,
    windows: Mutex<Vec<PathBuf>>,
}

impl Session {
    pub(crate) fn start(house: &House, language: &'static str, with_keychain: bool) -> Self {
        let home = house.path(&format!("session-{}", free_port()));
        std::fs::create_dir_all(&home).unwrap();
        let bus = Bus::start(&home, with_keychain);
        let port = free_port();
        let mut driver = in_session(&home, &bus, language, "WebKitWebDriver");
        let driver = driver
            .arg(format!("--port={port}"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("MY_HOME_DATA_DIR", home.join("wallet"))
            .env("MY_HOME_TANGLE", &house.tangle)
            .spawn()
            .expect("WebKitWebDriver: `cargo xtask test-app` installs it");
        Self {
            driver,
            port,
            bus,
            home,
            language,
            windows: Mutex::default(),
        }
    }

    /// Opens the window, as the system does with a link or without.
    pub(crate) async fn open(&self, link: Option<&str>) -> Screen {
        let options = json!({ "binary": env!("CARGO_BIN_EXE_my-home-app"), "args": link.into_iter().collect::<Vec<_>>() });
        let wanted =
            serde_json::from_value(json!({ "webkitgtk:browserOptions": options })).unwrap();
        let address = format!("http://127.0.0.1:{}", self.port);
        let start = Instant::now();
        // One that is still closing would be handed the link, and end with it.
        while self.still_closing() {
            assert!(start.elapsed() < PATIENCE, "the last window never closed");
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        loop {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            builder.capabilities(Clone::clone(&wanted));
            let connected = tokio::time::timeout(PATIENCE, builder.connect(&address));
            match connected.await.expect("no window within a minute") {
                Ok(client) => {
                    client.set_window_size(1180, 860).await.unwrap();
                    *self.windows.lock().unwrap() = self.windows_of_the_driver();
                    return Screen {
                        client,
                        language: self.language,
                    };
                }
                Err(error) => assert!(start.elapsed() < PATIENCE, "no window: {error:?}"),
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Whether the last window still holds what it had open, its name on the bus among it.
    fn still_closing(&self) -> bool {
        let windows = self.windows.lock().unwrap();
        // A zombie holds nothing any more.
        windows
            .iter()
            .any(|window| state_and_parent(window).is_some_and(|(state, _)| state != "Z"))
    }

    /// The windows that this driver opened, as folders of `/proc`.
    fn windows_of_the_driver(&self) -> Vec<PathBuf> {
        let driver = self.driver.id().to_string();
        let processes = std::fs::read_dir("/proc").unwrap().flatten();
        let processes = processes.map(|process| process.path());
        let children = processes.filter(|process| {
            state_and_parent(process).is_some_and(|(_, parent)| parent == driver)
        });
        children.collect()
    }

    /// Starts the program a second time, as a click on a link does while the window is open.
    pub(crate) fn click_link(&self, link: &str) {
        let mut second = in_session(
            &self.home,
            &self.bus,
            self.language,
            env!("CARGO_BIN_EXE_my-home-app"),
        );
        let mut second = second.arg(link).spawn().unwrap();
        // It hands the link over and ends.
        assert!(second.wait().unwrap().success());
    }

    pub(crate) fn wallet(&self) -> PathBuf {
        self.home.join("wallet")
    }
}

/// From `/proc/PID/stat`, where both follow the name in brackets; nothing for what is gone or is no process.
fn state_and_parent(process: &Path) -> Option<(String, String)> {
    let stat = std::fs::read_to_string(process.join("stat")).ok()?;
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    Some((fields.next()?.to_owned(), fields.next()?.to_owned()))
}

fn in_session(home: &Path, bus: &Bus, language: &str, program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env("DBUS_SESSION_BUS_ADDRESS", &bus.address)
        .env("HOME", home)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env("XDG_RUNTIME_DIR", home)
        .env("LC_ALL", language)
        .env("TZ", "Europe/Amsterdam")
        .env("NO_AT_BRIDGE", "1");
    command
}

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}

/// The open window.
pub(crate) struct Screen {
    pub(crate) client: Client,
    language: &'static str,
}

impl Screen {
    async fn element(&self, xpath: &str) -> Element {
        let start = Instant::now();
        loop {
            for element in self
                .client
                .find_all(Locator::XPath(xpath))
                .await
                .unwrap_or_default()
            {
                if element.is_displayed().await.unwrap_or(false) {
                    return element;
                }
            }
            if start.elapsed() > PATIENCE {
                panic!(
                    "{xpath} is not there; the screen says:\n{}",
                    self.text().await
                );
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    pub(crate) async fn text(&self) -> String {
        let text = self
            .client
            .execute("return document.body.innerText", Vec::new())
            .await;
        text.ok()
            .and_then(|text| text.as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    /// Presses the button or link with these words.
    pub(crate) async fn press(&self, words: &str) {
        let start = Instant::now();
        let named = format!("[contains(normalize-space(.), \"{words}\")]");
        // An open dialog covers everything else.
        let xpath = format!(
            "//dialog[@open]//button{named} | (//button | //a)[not(//dialog[@open])]{named}"
        );
        while self.element(&xpath).await.click().await.is_err() {
            assert!(start.elapsed() < PATIENCE, "{words} cannot be pressed");
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Types into the field of this label.
    pub(crate) async fn fill(&self, label: &str, text: &str) {
        let id = self
            .element(&format!(
                "//label[contains(normalize-space(.), \"{label}\")]"
            ))
            .await;
        let id = id.attr("for").await.unwrap().unwrap();
        let field = self.element(&format!("//*[@id='{id}']")).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Waits until the screen says this.
    pub(crate) async fn see(&self, words: &str) {
        let start = Instant::now();
        loop {
            let text = self.text().await;
            if text.contains(words) {
                return;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "never came: {words}; the screen says:\n{text}"
            );
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    pub(crate) async fn does_not_say(&self, words: &str) {
        let text = self.text().await;
        assert!(!text.contains(words), "{words} is on the screen:\n{text}");
    }

    /// Looks at what is on the screen: for people who see it otherwise, for its width, and as a picture.
    pub(crate) async fn look(&self, name: &str) {
        self.is_accessible(name).await;
        self.keep_picture(name).await;
    }

    /// The same on a small phone, in the dark.
    pub(crate) async fn look_on_a_phone(&self, name: &str) {
        self.client.set_window_size(390, 844).await.unwrap();
        self.theme("dark").await;
        self.look(&format!("{name}-phone-dark")).await;
        self.theme("light").await;
        self.client.set_window_size(320, 640).await.unwrap();
        self.fits(name).await;
        self.client.set_window_size(1180, 860).await.unwrap();
    }

    async fn theme(&self, theme: &str) {
        let set = format!("document.documentElement.dataset.theme = \"{theme}\"");
        self.client.execute(&set, Vec::new()).await.unwrap();
    }

    async fn fits(&self, name: &str) {
        self.settle().await;
        let wider = "return [document.documentElement.scrollWidth, innerWidth]";
        let wider = self.client.execute(wider, Vec::new()).await.unwrap();
        assert!(
            wider[0].as_u64() <= wider[1].as_u64(),
            "{name} is wider than the window: {wider}"
        );
    }

    async fn is_accessible(&self, name: &str) {
        self.fits(name).await;
        let axe =
            std::fs::read_to_string(AXE).expect("axe-core: `cargo xtask test-app` installs it");
        // At its end, the bar at the bottom of a phone lies over nothing.
        self.client
            .execute("scrollTo(0, document.body.scrollHeight)", Vec::new())
            .await
            .unwrap();
        self.client.execute(&axe, Vec::new()).await.unwrap();
        let run = "const done = arguments[0];
            axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
               .then((found) => done(found.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html + ' ' + n.failureSummary).join(' | '))),
                     (failed) => done([String(failed)]))";
        let found = self.client.execute_async(run, Vec::new()).await.unwrap();
        assert_eq!(found, Value::Array(Vec::new()), "{name}");
    }

    /// A snapshot may lag behind the page: two painted frames are waited for.
    async fn settle(&self) {
        let frames = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60)))";
        self.client.execute_async(frames, Vec::new()).await.unwrap();
    }

    async fn keep_picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("MY_HOME_SCREENSHOTS") else {
            return;
        };
        self.client
            .execute("scrollTo(0, 0)", Vec::new())
            .await
            .unwrap();
        self.settle().await;
        let language = self.language.get(..2).unwrap_or_default();
        let picture = self.client.screenshot().await.unwrap();
        std::fs::write(
            PathBuf::from(folder).join(format!("{name}-{language}.png")),
            picture,
        )
        .unwrap();
    }

    /// Makes a wallet from the first screen on.
    pub(crate) async fn first_start(&self, words: &Words, passphrase: &str) -> Vec<String> {
        self.look("welcome").await;
        self.press(words.fresh).await;
        let list = self.client.execute(
            "return [...document.querySelectorAll('.wordlist li')].map((li) => li.textContent)",
            Vec::new(),
        );
        let start = Instant::now();
        let mut all: Vec<String> = serde_json::from_value(list.await.unwrap()).unwrap();
        while all.len() != 24 {
            assert!(start.elapsed() < PATIENCE, "24 words are shown");
            tokio::time::sleep(LOOK_AGAIN).await;
            let list =
                "return [...document.querySelectorAll('.wordlist li')].map((li) => li.textContent)";
            all = serde_json::from_value(self.client.execute(list, Vec::new()).await.unwrap())
                .unwrap();
        }
        self.look("words").await;
        self.press(words.written).await;
        for field in 0..3 {
            let label = self
                .element(&format!("//label[@for='word-{field}']"))
                .await
                .text()
                .await
                .unwrap();
            let number: usize = label
                .chars()
                .filter(char::is_ascii_digit)
                .collect::<String>()
                .parse()
                .unwrap();
            self.fill(&label, &all[number - 1]).await;
        }
        self.press(words.next).await;
        self.fill(words.passphrase, passphrase).await;
        self.fill(words.again, passphrase).await;
        self.look("guard").await;
        self.press(words.create).await;
        self.see(words.home).await;
        all
    }
}

/// The words of a language that the first screens are driven with.
pub(crate) struct Words {
    pub(crate) fresh: &'static str,
    pub(crate) written: &'static str,
    pub(crate) next: &'static str,
    pub(crate) passphrase: &'static str,
    pub(crate) again: &'static str,
    pub(crate) create: &'static str,
    pub(crate) home: &'static str,
}

pub(crate) const DUTCH: Words = Words {
    fresh: "Nieuwe wallet",
    written: "Ik heb ze opgeschreven",
    next: "Verder",
    passphrase: "Wachtwoordzin",
    again: "Nog een keer",
    create: "Maak mijn wallet",
    home: "Thuis",
};

pub(crate) const ENGLISH: Words = Words {
    fresh: "New wallet",
    written: "I have written them down",
    next: "Continue",
    passphrase: "Passphrase",
    again: "The same again",
    create: "Make my wallet",
    home: "Add a meter",
};
