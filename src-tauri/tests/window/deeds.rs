//! What a person does in several steps.

use serde_json::Value;

use crate::house::Service;
use crate::screen::{LOOK_AGAIN, PATIENCE, Screen, within};
use crate::session::Session;

impl Screen {
    pub(crate) async fn add_meter(&self, code: &str, name: &str) {
        self.press("Add a meter").await;
        self.fill("Code of the Pi", code).await;
        self.fill("What do you call this meter?", name).await;
        self.press("Connect").await;
        self.see("Your meter is added").await;
        self.press("To Home").await;
        self.see(name).await;
    }

    pub(crate) async fn open_link(&self, link: &str) {
        self.fill("Link from a service", link).await;
        self.press("Open the link").await;
    }

    pub(crate) async fn say_yes(&self, link: &str, passphrase: &str) {
        self.open_link(link).await;
        self.press("Yes, share this").await;
        self.fill("Passphrase", passphrase).await;
        self.press("Yes, share this").await;
        self.see("may see your data").await;
    }

    /// Opens the window's lock.
    pub(crate) async fn unlock(&self, passphrase: &str) {
        self.see("My Home is locked").await;
        self.fill("Passphrase", passphrase).await;
        self.press("Open").await;
    }

    /// Presses a button that is a picture with this name.
    pub(crate) async fn press_picture(&self, name: &str) {
        let button = format!("//button[@aria-label=\"{name}\"]");
        within(name, self.element(&button).await.click())
            .await
            .unwrap();
    }

    /// Unfolds what is folded under these words, or folds it again.
    pub(crate) async fn unfold(&self, words: &str) {
        let summary = format!("//summary[contains(., \"{words}\")]");
        within(words, self.element(&summary).await.click())
            .await
            .unwrap();
    }

    /// From now on the wallet answers nothing, as on a computer that is very slow.
    pub(crate) async fn the_wallet_falls_silent(&self) {
        self.run("window.silent = true; window.fetch = () => new Promise(() => {})")
            .await;
    }

    /// From now on the wallet answers this to a command, whatever it is asked with: what no machine of a test can come to.
    pub(crate) async fn wallet_answers(&self, command: &str, answer: Result<Value, Value>) {
        let (kind, value) = match answer {
            Ok(value) => ("ok", value),
            Err(problem) => ("error", problem),
        };
        self.run(&format!(
            "window.real ??= window.fetch;
            (window.given ??= {{}})[\"{command}\"] = {{ kind: \"{kind}\", value: {value} }};
            window.fetch = (url, options) => {{
                const given = window.given[String(url).split('/').pop()];
                if (given?.never) return new Promise(() => {{}});
                const headers = {{ 'content-type': 'application/json', 'Tauri-Response': given?.kind }};
                return given
                    ? Promise.resolve(new Response(JSON.stringify(given.value), {{ headers }}))
                    : window.real(url, options);
            }}"
        ))
        .await;
    }

    /// What the wallet answers to a command that needs nothing.
    pub(crate) async fn answer(&self, command: &str) -> Value {
        self.run_async(&format!(
            "window.__TAURI_INTERNALS__.invoke(\"{command}\").then(arguments[0])"
        ))
        .await
    }

    /// From now on a command is never answered.
    pub(crate) async fn the_wallet_never_answers(&self, command: &str) {
        self.wallet_answers(command, Ok(Value::Null)).await;
        self.run(&format!("window.given[\"{command}\"].never = true"))
            .await;
    }

    /// What it answers to this command is its own again.
    pub(crate) async fn the_wallet_answers_by_itself(&self, command: &str) {
        self.run(&format!("delete window.given[\"{command}\"]"))
            .await;
    }

    /// Goes to a place that no button leads to from here.
    pub(crate) async fn go(&self, place: &str) {
        self.run(&format!("location.hash = \"#/{place}\"")).await;
    }

    /// Chooses from the list of this label.
    pub(crate) async fn choose(&self, label: &str, option: &str) {
        let list = format!("//select[@id=//label[normalize-space(.)=\"{label}\"]/@for]");
        let option = format!("{list}/option[normalize-space(.)=\"{option}\"]");
        within(label, self.element(&option).await.click())
            .await
            .unwrap();
    }

    /// Turns the switch with these words.
    pub(crate) async fn turn(&self, words: &str) {
        let switch = format!("//label[contains(., \"{words}\")]//input");
        let switch = self.element(&switch).await;
        within(words, switch.click()).await.unwrap();
    }

    /// Chooses the row with this name, of devices or networks.
    pub(crate) async fn choose_row(&self, name: &str) {
        let row = format!("//label[contains(@class, 'device')][contains(., \"{name}\")]");
        let row = self.element(&row).await;
        within(name, row.click()).await.unwrap();
    }

    /// What stands in the field of this label.
    pub(crate) async fn value(&self, label: &str) -> String {
        let field = format!("//input[@id=//label[normalize-space(.)=\"{label}\"]/@for]");
        let field = self.element(&field).await;
        let value = within(label, field.prop("value")).await.unwrap();
        value.unwrap_or_default()
    }
}

impl Session {
    /// Whether a file was saved whose name begins and ends so; it is gone then, so that the next one is seen.
    pub(crate) fn has_saved(&self, begin: &str, ending: &str) {
        let start = std::time::Instant::now();
        loop {
            let files = std::fs::read_dir(self.documents()).into_iter().flatten();
            let names = files.flatten().map(|file| file.path());
            let found: Vec<_> = names
                .filter(|path| {
                    let name = path.file_name().unwrap().to_string_lossy();
                    name.starts_with(begin) && name.ends_with(&format!(".{ending}"))
                })
                .collect();
            for path in &found {
                assert!(path.metadata().unwrap().len() > 100, "{}", path.display());
                std::fs::remove_file(path).unwrap();
            }
            if !found.is_empty() {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "no {ending} was saved");
            std::thread::sleep(LOOK_AGAIN);
        }
    }
}

impl Service {
    /// Waits until its only consent is in this state.
    pub(crate) async fn comes_to(&self, state: &str) {
        let start = std::time::Instant::now();
        while self.states() != [state] {
            assert!(start.elapsed() < PATIENCE, "{:?}", self.states());
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Waits until it has opened something that its only consent is about.
    pub(crate) async fn has_read(&self) {
        let start = std::time::Instant::now();
        while !self.consents().iter().any(|one| one["last_slot"].is_u64()) {
            assert!(start.elapsed() < PATIENCE, "{:?}", self.states());
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }
}
