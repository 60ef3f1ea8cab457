//! The open window, and what a person does in it. Every command and every wait has a limit.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::{Client, Locator};
use serde_json::Value;

/// Nothing takes longer than this, also on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
pub(crate) const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// As high as the display on which the window is shown.
pub(crate) const HIGHEST: u32 = 4_000;
const AXE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../ui/node_modules/axe-core/axe.min.js"
);

/// The page, with what is chosen in it, which markup does not say by itself.
const AS_IT_STANDS: &str = "const page = document.documentElement.cloneNode(true);
    const inputs = document.querySelectorAll('input');
    page.querySelectorAll('input').forEach((copy, i) => copy.toggleAttribute('checked', inputs[i].checked));
    return '<!doctype html>' + page.outerHTML";
/// Has the wallet, if it is open, and the page speak another language, and waits until what the wallet says in sentences of
/// its own was asked for anew. A wallet that is held silent keeps its own.
const SPEAK: &str = "const done = arguments[0], language = 'LANGUAGE', root = document.documentElement;
    const latest = Date.now() + 2000;
    const changed = root.lang !== language;
    root.lang = language;
    if (!changed || window.silent) return done();
    const fetched = window.fetch;
    let asked = 0;
    const counted = (...what) => { asked += 1; return fetched(...what).finally(() => (asked -= 1)); };
    window.fetch = counted;
    const rest = () => {
        if (asked > 0 && Date.now() < latest) return setTimeout(rest, 20);
        if (window.fetch === counted) window.fetch = fetched;
        done();
    };
    const { invoke } = window.__TAURI_INTERNALS__;
    invoke('start')
        .then(({ stage, theme, lock_after }) =>
            stage === 'open' ? invoke('choose', { language, theme, lockAfter: lock_after }) : undefined)
        .catch(() => {})
        .finally(() => setTimeout(rest, 60));
    setTimeout(rest, 2000);";

/// What the driver answers, if it does in time.
pub(crate) async fn within<T>(what: &str, answer: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(answer) => answer,
        Err(_) => panic!("{what}: no answer from the window's driver within {PATIENCE:?}"),
    }
}

/// The open window.
pub(crate) struct Screen {
    pub(crate) client: Client,
    pub(crate) language: &'static str,
}

impl Screen {
    pub(crate) async fn element(&self, xpath: &str) -> Element {
        let start = Instant::now();
        loop {
            let found = within(xpath, self.client.find_all(Locator::XPath(xpath))).await;
            for element in found.unwrap_or_default() {
                if within(xpath, element.is_displayed()).await.unwrap_or(false) {
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
        let text = self.try_run("return document.body.innerText").await;
        text.ok()
            .and_then(|text| text.as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    async fn try_run(&self, script: &str) -> Result<Value, CmdError> {
        within("a script", self.client.execute(script, Vec::new())).await
    }

    /// What a script in the window returns.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.try_run(script).await.unwrap()
    }

    /// What a script in the window calls its last argument with.
    pub(crate) async fn run_async(&self, script: &str) -> Value {
        let answer = self.client.execute_async(script, Vec::new());
        within("a script", answer).await.unwrap()
    }

    pub(crate) async fn resize(&self, width: u32, height: u32) {
        let resized = self.client.set_window_size(width, height);
        within("a new size", resized).await.unwrap();
    }

    /// Closes the window, as its cross does.
    pub(crate) async fn close(self) {
        within("closing", self.client.close()).await.unwrap();
    }

    /// Presses the button, link or choice with these words.
    pub(crate) async fn press(&self, words: &str) {
        let start = Instant::now();
        let named = format!("[contains(normalize-space(.), \"{words}\")]");
        // An open dialog covers everything else.
        let xpath = format!(
            "//dialog[@open]//button{named} | (//button | //a | //label[input[@type='radio']])[not(//dialog[@open])]{named}"
        );
        loop {
            let button = self.element(&xpath).await;
            if within(words, button.click()).await.is_ok() {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "{words} cannot be pressed");
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Types into the field of this label.
    pub(crate) async fn fill(&self, label: &str, text: &str) {
        let named = format!("//label[contains(normalize-space(.), \"{label}\")]");
        let named = self.element(&named).await;
        let id = within(label, named.attr("for")).await.unwrap().unwrap();
        let field = self.element(&format!("//*[@id='{id}']")).await;
        within(label, field.clear()).await.unwrap();
        within(label, field.send_keys(text)).await.unwrap();
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

    /// Waits for the number on the meter's card: the power at this moment, with a direction.
    pub(crate) async fn sees_power_now(&self) {
        let number = self.element("//p[@class='live']").await;
        let number = within("the power now", number.text()).await.unwrap();
        let (value, unit) = number.rsplit_once(' ').unwrap_or_default();
        assert!(value.replace(',', ".").parse::<f64>().is_ok(), "{number}");
        assert!(["W", "kW"].contains(&unit), "{number}");
        let text = self.text().await;
        assert!(
            ["Using now", "Feeding in now", " in or out"]
                .iter()
                .any(|way| text.contains(way)),
            "no direction: {text}"
        );
    }

    pub(crate) async fn does_not_say(&self, words: &str) {
        let text = self.text().await;
        assert!(!text.contains(words), "{words} is on the screen:\n{text}");
    }

    /// Looks at what is on the screen: for people who see it otherwise, for its width, and in both languages for other
    /// browsers and as pictures.
    pub(crate) async fn look(&self, name: &str) {
        self.is_accessible(name).await;
        self.keep(name).await;
        self.keep_pictures(name).await;
    }

    /// The same on a small phone, in the dark.
    pub(crate) async fn look_on_a_phone(&self, name: &str) {
        let name = format!("{name}-phone");
        self.resize(390, 844).await;
        self.theme("dark").await;
        self.is_accessible(&name).await;
        self.keep(&name).await;
        self.theme("light").await;
        self.resize(320, 640).await;
        self.fits(&name).await;
        self.resize(1180, 860).await;
    }

    /// The same on a screen of four thousand points, as a window that fills it.
    pub(crate) async fn look_on_a_wall(&self, name: &str) {
        let name = format!("{name}-wall");
        self.resize(3840, 2160).await;
        let start = Instant::now();
        while !(1_500..1_700).contains(&self.run("return innerWidth").await.as_u64().unwrap()) {
            assert!(start.elapsed() < PATIENCE, "{name} is as small as before");
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        self.run("scrollTo(0, 0)").await;
        self.is_accessible(&name).await;
        self.fits(&name).await;
        if let Some(folder) = std::env::var_os("MY_HOME_SCREENSHOTS") {
            self.run("scrollTo(0, 0)").await;
            self.settle().await;
            let picture = within(&name, self.client.screenshot()).await.unwrap();
            let file = PathBuf::from(folder).join(format!("{name}-en.png"));
            std::fs::write(file, picture).unwrap();
        }
        self.resize(1180, 860).await;
    }

    async fn theme(&self, theme: &str) {
        let set = format!("document.documentElement.dataset.theme = \"{theme}\"");
        self.run(&set).await;
    }

    async fn fits(&self, name: &str) {
        self.settle().await;
        // Where everything is enlarged, a point is lost to rounding.
        let wider = "const page = document.documentElement.scrollWidth, edge = innerWidth + 1;
            const reaches = [...document.querySelectorAll('body *')].filter((it) => it.getBoundingClientRect().right > edge);
            return page > edge ? [page, innerWidth, ...reaches.map((it) => it.outerHTML.slice(0, 200))] : null";
        // What is as wide as its room measures it anew once the window has another size.
        let start = Instant::now();
        while let wider @ Value::Array(_) = self.run(wider).await {
            let late = start.elapsed() > PATIENCE;
            assert!(!late, "{name} is wider than the window: {wider}");
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    async fn is_accessible(&self, name: &str) {
        self.fits(name).await;
        let axe =
            std::fs::read_to_string(AXE).expect("axe-core: `cargo xtask test-app` installs it");
        // At its end, the bar at the bottom of a phone lies over nothing.
        self.run("scrollTo(0, document.body.scrollHeight)").await;
        self.run(&axe).await;
        let run = "const done = arguments[0];
            axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
               .then((found) => done(found.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html + ' ' + n.failureSummary).join(' | '))),
                     (failed) => done([String(failed)]))";
        let found = self.run_async(run).await;
        assert_eq!(found, Value::Array(Vec::new()), "{name}");
    }

    /// A snapshot may lag behind the page: two painted frames are waited for. A busy machine may paint none for long.
    async fn settle(&self) {
        let frames = "const done = arguments[0]; setTimeout(done, 3000);
            requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60)))";
        self.run_async(frames).await;
    }

    /// The page as it stands, in both languages, for other browsers to look at.
    async fn keep(&self, name: &str) {
        let Some(folder) = std::env::var_os("MY_HOME_PAGES") else {
            return;
        };
        for language in self.languages() {
            self.speak(language).await;
            let page = self.run(AS_IT_STANDS).await;
            let file = PathBuf::from(&folder).join(format!("{name}-{language}.html"));
            std::fs::write(file, page.as_str().unwrap()).unwrap();
        }
    }

    /// In both languages and themes, on a desktop and on a phone.
    async fn keep_pictures(&self, name: &str) {
        let Some(folder) = std::env::var_os("MY_HOME_SCREENSHOTS") else {
            return;
        };
        for language in self.languages() {
            self.speak(language).await;
            for (place, width, height) in [("", 1180, 860), ("-phone", 390, 844)] {
                self.resize_to_all(width, height).await;
                for theme in ["dark", "light"] {
                    self.theme(theme).await;
                    self.settle().await;
                    let dark = if theme == "dark" { "-dark" } else { "" };
                    let file = format!("{name}-{language}{place}{dark}.png");
                    let picture = within(name, self.client.screenshot()).await.unwrap();
                    std::fs::write(PathBuf::from(&folder).join(file), picture).unwrap();
                }
            }
        }
        self.resize(1180, 860).await;
    }

    /// As high as the page is, so that a picture has all of it; a dialog stays where it is seen.
    async fn resize_to_all(&self, width: u32, height: u32) {
        self.resize(width, height).await;
        self.settle().await;
        let all = "scrollTo(0, 0);
            return document.querySelector('dialog[open]') ? 0 : document.documentElement.scrollHeight";
        let all = self.run(all).await.as_u64().unwrap();
        let all = u32::try_from(all).unwrap().clamp(height, HIGHEST);
        self.resize(width, all).await;
    }

    /// The other language first, so that the story goes on in its own.
    fn languages(&self) -> [&'static str; 2] {
        match self.language.starts_with("nl") {
            true => ["en", "nl"],
            false => ["nl", "en"],
        }
    }

    /// The page and the wallet, in another language.
    async fn speak(&self, language: &str) {
        self.run_async(&SPEAK.replace("LANGUAGE", language)).await;
        self.settle().await;
    }
}
