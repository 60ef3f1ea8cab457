//! A session in which the window can be opened, closed, and opened again: its bus, its display, its folders, its driver.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use fantoccini::ClientBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

use crate::bus::Bus;
use crate::display::Display;
use crate::house::{House, free_port};
use crate::screen::{LOOK_AGAIN, PATIENCE, Screen, within};

const BUS: &str = "org.freedesktop.DBus";
/// What a window may take that was told to close.
const TIME_TO_CLOSE: Duration = Duration::from_secs(10);
/// What a running window is called on the bus.
const WINDOW: &str = "io.github.meterkast.MyHome.SingleInstance";

/// A session in which the window can be opened, closed, and opened again: its bus, its display, its folders, its driver.
pub(crate) struct Session {
    driver: Child,
    port: u16,
    bus: Bus,
    display: Display,
    home: PathBuf,
    language: &'static str,
    windows: Mutex<Vec<PathBuf>>,
}

impl Session {
    pub(crate) fn start(house: &House, language: &'static str, with_keychain: bool) -> Self {
        Self::with_node(house, language, with_keychain, Some(&house.tangle))
    }

    /// One whose program is told of this node at its start, or of none.
    pub(crate) fn with_node(
        house: &House,
        language: &'static str,
        with_keychain: bool,
        node: Option<&str>,
    ) -> Self {
        let home = house.path(&format!("session-{}", free_port()));
        std::fs::create_dir_all(home.join("Documents")).unwrap();
        std::fs::create_dir_all(home.join("config")).unwrap();
        let folders = "XDG_DOCUMENTS_DIR=\"$HOME/Documents\"\n";
        std::fs::write(home.join("config/user-dirs.dirs"), folders).unwrap();
        let bus = Bus::start(&home, with_keychain);
        let display = Display::start();
        let port = free_port();
        let mut driver = in_session(&home, &bus, &display, language, "WebKitWebDriver");
        let driver = driver
            .arg(format!("--port={port}"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("MY_HOME_DATA_DIR", home.join("wallet"))
            .env("MY_HOME_TANGLE", node.unwrap_or_default())
            .spawn()
            .expect("WebKitWebDriver: `cargo xtask test-app` installs it");
        Self {
            driver,
            port,
            bus,
            display,
            home,
            language,
            windows: Mutex::default(),
        }
    }

    /// Opens the window, as the system does with a link or without.
    pub(crate) async fn open(&self, link: Option<&str>) -> Screen {
        let arguments: Vec<_> = link.into_iter().collect();
        self.open_as(program(), &arguments).await
    }

    /// Opens the window as these arguments of this program have it opened.
    pub(crate) async fn open_as(&self, program: &str, arguments: &[&str]) -> Screen {
        let options = json!({ "binary": program, "args": arguments });
        let wanted =
            serde_json::from_value(json!({ "webkitgtk:browserOptions": options })).unwrap();
        let address = format!("http://127.0.0.1:{}", self.port);
        let start = Instant::now();
        // One that is still closing would be handed the link, and end with it.
        self.has_closed().await;
        loop {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            builder.capabilities(Clone::clone(&wanted));
            let connected = tokio::time::timeout(PATIENCE, builder.connect(&address));
            match connected.await.expect("no window within a minute") {
                Ok(client) => {
                    *self.windows.lock().unwrap() = self.windows_of_the_driver();
                    let screen = Screen {
                        client,
                        language: self.language,
                    };
                    screen.resize(1180, 860).await;
                    return screen;
                }
                Err(error) => assert!(start.elapsed() < PATIENCE, "no window: {error:?}"),
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Waits until the last window is gone.
    pub(crate) async fn has_closed(&self) {
        let start = Instant::now();
        while self.still_closing() {
            assert!(start.elapsed() < PATIENCE, "the last window never closed");
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// The folder of the open window in `/proc`.
    pub(crate) fn window(&self) -> PathBuf {
        let windows = self.windows.lock().unwrap();
        windows.first().expect("no window is open").clone()
    }

    /// What a crash of the open window may write to disk, in bytes, softly and at most: the system's own words.
    pub(crate) fn core_dump(&self) -> String {
        let limits = std::fs::read_to_string(self.window().join("limits")).unwrap();
        let line = limits
            .lines()
            .find_map(|line| line.strip_prefix("Max core file size"));
        let figures: Vec<&str> = line.unwrap().split_whitespace().take(2).collect();
        figures.join(" ")
    }

    /// Whether the last window still holds what it had open, its name on the bus among it.
    fn still_closing(&self) -> bool {
        let windows = self.windows.lock();
        let windows = windows.unwrap_or_else(PoisonError::into_inner);
        windows.iter().any(|window| holds_something(window))
    }

    fn end_windows(&self) {
        let windows = self.windows.lock();
        for window in windows.unwrap_or_else(PoisonError::into_inner).iter() {
            let number = window.file_name().unwrap_or_default();
            drop(Command::new("kill").arg("-9").arg(number).status());
        }
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
        let mut second = self.start_with(link);
        // It hands the link over and ends.
        let ended = ended(&mut second).expect("the second start never ended");
        assert!(ended.success());
    }

    /// A start of the program with a link, beside the driver.
    pub(crate) fn start_with(&self, link: &str) -> Child {
        self.command(program()).arg(link).spawn().unwrap()
    }

    /// A program in this session.
    pub(crate) fn command(&self, program: &str) -> Command {
        in_session(&self.home, &self.bus, &self.display, self.language, program)
    }

    /// Where this person's own data lie.
    pub(crate) fn data(&self) -> PathBuf {
        self.home.join("data")
    }

    /// Somebody unlocks the keychain.
    pub(crate) fn start_keychain(&mut self) {
        self.bus.start_keychain(&self.home);
    }

    pub(crate) fn bus(&self) -> &Bus {
        &self.bus
    }

    /// Where exported files go.
    pub(crate) fn documents(&self) -> PathBuf {
        self.home.join("Documents/My Home")
    }

    /// Holds the name under which a window is found, and never answers.
    pub(crate) async fn a_window_that_never_answers(&self) -> zbus::Connection {
        let bus = self.bus.connect().await;
        // Asked for by hand: `request_name` would answer calls.
        let taken = bus.call_method(
            Some(BUS),
            "/org/freedesktop/DBus",
            Some(BUS),
            "RequestName",
            &(WINDOW, 0_u32),
        );
        within("the bus", taken).await.unwrap();
        bus
    }

    /// Waits until the window that was started with this link is the one that links go to; ends it then.
    pub(crate) async fn a_window_opens_with(&self, link: &str) {
        let start = Instant::now();
        let bus = self.bus.connect().await;
        let bus = within("the bus", zbus::fdo::DBusProxy::new(&bus))
            .await
            .unwrap();
        let name = zbus::names::BusName::try_from(WINDOW).unwrap();
        loop {
            let owner = within("the bus", bus.get_connection_unix_process_id(name.clone())).await;
            let owner = owner.ok().map(|process| process.to_string());
            let started_with = |process: &String| {
                std::fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default()
            };
            if let Some(process) = owner.filter(|process| started_with(process).contains(link)) {
                let ended = Command::new("kill").arg(&process).status().unwrap();
                assert!(ended.success());
                while started_with(&process).contains(link) {
                    assert!(start.elapsed() < PATIENCE, "the window does not end");
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
                return;
            }
            assert!(start.elapsed() < PATIENCE, "no window opened with {link}");
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    pub(crate) fn wallet(&self) -> PathBuf {
        self.home.join("wallet")
    }
}

/// A zombie holds nothing any more, as soon as its last thread is gone.
fn holds_something(process: &Path) -> bool {
    let threads = std::fs::read_dir(process.join("task")).map_or(0, Iterator::count);
    state_and_parent(process).is_some_and(|(state, _)| state != "Z" || threads > 1)
}

/// From `/proc/PID/stat`, where both follow the name in brackets; nothing for what is gone or is no process.
pub(crate) fn state_and_parent(process: &Path) -> Option<(String, String)> {
    let stat = std::fs::read_to_string(process.join("stat")).ok()?;
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    Some((fields.next()?.to_owned(), fields.next()?.to_owned()))
}

fn in_session(home: &Path, bus: &Bus, display: &Display, language: &str, program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env("DISPLAY", &display.name)
        .env("GDK_BACKEND", "x11")
        .env("DBUS_SESSION_BUS_ADDRESS", &bus.address)
        // A computer without Bluetooth, also where the one that runs this has it.
        .env("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere")
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

/// The program under test: the one that was built for this test, or the one that is measured.
pub(crate) fn program() -> &'static str {
    static PROGRAM: LazyLock<String> = LazyLock::new(|| {
        std::env::var("MY_HOME_PROGRAM")
            .unwrap_or_else(|_| env!("CARGO_BIN_EXE_my-home-app").to_owned())
    });
    &PROGRAM
}

/// How a process ended, if it does in time; one that does not is ended.
pub(crate) fn ended(process: &mut Child) -> Option<ExitStatus> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if let Some(status) = process.try_wait().unwrap() {
            return Some(status);
        }
        std::thread::sleep(LOOK_AGAIN);
    }
    process.kill().unwrap();
    process.wait().unwrap();
    None
}

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.driver.kill());
        drop(self.driver.wait());
        // The display and the bus stay until the window is gone, which a story that failed left open.
        let start = Instant::now();
        while self.still_closing() && start.elapsed() < PATIENCE {
            if start.elapsed() > TIME_TO_CLOSE {
                self.end_windows();
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }
}
