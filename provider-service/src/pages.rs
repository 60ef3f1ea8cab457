//! The pages of *Wattt Insights*: embedded files, filled in with words and with what the service says about itself.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use consent::words::reveals;
use consent::{LaneWish, Lanes, Language};
use sha2::{Digest as _, Sha256};

use crate::offer::Offer;
use crate::words::{say, say_with};

/// A page that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// What the service offers, and the button to connect.
    Home,
    /// My meter.
    My,
    /// What happens to the data.
    Data,
    /// The privacy notice.
    Privacy,
}

/// A file beside the pages: its name, media type and content.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Media type.
    pub media_type: &'static str,
    /// Content.
    pub body: Cow<'static, [u8]>,
}

/// The file with this name.
#[must_use]
pub fn asset(name: &str) -> Option<Asset> {
    const SCRIPT: &str = "text/javascript; charset=utf-8";
    const STYLE: &str = "text/css; charset=utf-8";
    const TEXT: &str = "text/plain; charset=utf-8";
    let (media_type, body): (_, &'static [u8]) = match name {
        "tokens.css" => (STYLE, include_bytes!("../page/tokens.css")),
        "insights.css" => (STYLE, include_bytes!("../page/insights.css")),
        "my.js" => (SCRIPT, include_bytes!("../page/my.js")),
        "charts.js" => (SCRIPT, include_bytes!("../page/charts.js")),
        "words.js" => (SCRIPT, include_bytes!("../page/words.js")),
        "icon.svg" => ("image/svg+xml", include_bytes!("../page/icon.svg")),
        "inter-latin.woff2" => ("font/woff2", include_bytes!("../fonts/inter-latin.woff2")),
        "inter-licence.txt" => (TEXT, include_bytes!("../fonts/OFL.txt")),
        "lucide-licence.txt" => (TEXT, include_bytes!("../page/LUCIDE.txt")),
        _ => return sentences(name),
    };
    Some(Asset {
        media_type,
        body: Cow::Borrowed(body),
    })
}

fn sentences(name: &str) -> Option<Asset> {
    let language = crate::words::known(name.strip_prefix("words.")?.strip_suffix(".json")?)?;
    Some(Asset {
        media_type: "application/json",
        body: Cow::Owned(crate::words::as_json(language).into_bytes()),
    })
}

/// Writes pages for one service.
#[derive(Clone, Debug)]
pub struct Pages {
    offer: Offer,
    site: String,
}

impl Pages {
    /// Pages that say what this offer says.
    #[must_use]
    pub fn new(offer: Offer, public_url: &str) -> Self {
        let site = offer.site(public_url);
        Self { offer, site }
    }

    /// A whole page.
    #[must_use]
    pub fn render(&self, page: Page, language: Language) -> String {
        let content = match page {
            Page::Home => self.fill(
                include_str!("../page/home.html"),
                language,
                &self.home(language),
            ),
            Page::My => self.fill(include_str!("../page/my.html"), language, &Values::new()),
            Page::Data => self.fill(
                include_str!("../page/data.html"),
                language,
                &self.data(language),
            ),
            Page::Privacy => self.fill(
                include_str!("../page/privacy.html"),
                language,
                &self.privacy(language),
            ),
        };
        let (title, place) = match page {
            Page::Home => ("home.title", ""),
            Page::My => ("my.title", "my"),
            Page::Data => ("data.title", "data"),
            Page::Privacy => ("privacy.title", "privacy"),
        };
        let head = if page == Page::My {
            r#"<script type="module" src="/assets/my.js"></script>"#
        } else {
            ""
        };
        self.frame(language, title, place, head, content)
    }

    /// A page that says what went wrong.
    #[must_use]
    pub fn error(&self, message: &str, language: Language) -> String {
        let values = Values::from([("message", escape(message))]);
        let content = self.fill(include_str!("../page/error.html"), language, &values);
        self.frame(language, "error.title", "", "", content)
    }

    /// SHA-256 of the privacy notice in English, which requests name, in hexadecimal.
    #[must_use]
    pub fn notice_hash(&self) -> String {
        data_encoding::HEXLOWER.encode(&Sha256::digest(self.render(Page::Privacy, Language::En)))
    }

    fn frame(
        &self,
        language: Language,
        title: &str,
        place: &str,
        head: &str,
        content: String,
    ) -> String {
        let current = |on: bool| if on { r#" aria-current="page""# } else { "" }.to_owned();
        let values = Values::from([
            ("lang", language.tag().to_owned()),
            ("title", escape(say(title, language))),
            ("head", head.to_owned()),
            ("content", content),
            ("current:my", current(place == "my")),
            ("current:data", current(place == "data")),
            ("current:privacy", current(place == "privacy")),
            ("chosen:en", current(language == Language::En)),
            ("chosen:nl", current(language == Language::Nl)),
        ]);
        self.fill(include_str!("../page/frame.html"), language, &values)
    }

    fn purpose(&self, language: Language) -> String {
        let asks = match language {
            Language::En => "asks to see your meter, to",
            Language::Nl => "wil je meter zien, om",
        };
        format!(
            "{} {asks} {}.",
            self.offer.name,
            self.offer.purpose.text.text(language).trim_end_matches('.')
        )
    }

    fn home(&self, language: Language) -> Values {
        Values::from([
            ("purpose", escape(&self.purpose(language))),
            ("example", include_str!("../page/example.svg").to_owned()),
        ])
    }

    fn data(&self, language: Language) -> Values {
        let days = self.offer.handling.retention_days.to_string();
        let others: String = self
            .offer
            .handling
            .recipients
            .iter()
            .map(|recipient| {
                format!(
                    "{}: {}",
                    escape(&recipient.name),
                    escape(recipient.why.text(language))
                )
            })
            .collect::<Vec<_>>()
            .join("<br>");
        let nobody = escape(say("data.who.nobody", language));
        Values::from([
            ("purpose", escape(&self.purpose(language))),
            (
                "lanes",
                self.offer
                    .lanes
                    .iter()
                    .map(|wish| lane_row(wish, language))
                    .collect(),
            ),
            ("reveals", self.reveals(language)),
            (
                "keep",
                escape(&say_with("data.keep.text", language, &[("days", &days)])),
            ),
            (
                "recipients",
                if others.is_empty() { nobody } else { others },
            ),
        ])
    }

    fn reveals(&self, language: Language) -> String {
        let ways: Lanes = self.offer.lanes.iter().flat_map(LaneWish::ways).collect();
        let line = |sentence| format!("<li>{}{}</li>", icon("eye"), escape(sentence));
        ways.iter()
            .map(|lane| line(reveals(lane, language)))
            .collect()
    }

    fn privacy(&self, language: Language) -> Values {
        let who = [
            ("name", self.offer.name.as_str()),
            ("site", &self.site),
            ("contact", &self.offer.contact),
        ];
        Values::from([("who", escape(&say_with("privacy.who.text", language, &who)))])
    }

    /// Replaces `{{t:key}}` by words, `{{icon:name}}` by a drawing and `{{name}}` by a value, which must be markup already.
    fn fill(&self, template: &str, language: Language, values: &Values) -> String {
        let mut pieces = template.split("{{");
        let mut filled = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (name, rest) = piece.split_once("}}").unwrap_or((piece, ""));
            match name.split_once(':') {
                Some(("t", key)) => filled.push_str(&escape(say(key, language))),
                Some(("icon", name)) => filled.push_str(&icon(name)),
                _ if name == "name" => filled.push_str(&escape(&self.offer.name)),
                _ => filled.push_str(values.get(name).map_or("", String::as_str)),
            }
            filled.push_str(rest);
        }
        filled
    }
}

type Values = BTreeMap<&'static str, String>;

fn lane_row(wish: &LaneWish, language: Language) -> String {
    let say = |key: String| escape(say(&key, language));
    let need = if wish.needed {
        "data.needed"
    } else {
        "data.optional"
    };
    format!(
        "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>\n",
        say(format!("kind.{}", wish.lane.kind)),
        say(format!("fine.{}", wish.lane.granularity)),
        say(need.to_owned()),
        escape(wish.why.text(language)),
    )
}

static ICONS: LazyLock<BTreeMap<String, String>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../page/icons.json")).unwrap_or_default());

fn icon(name: &str) -> String {
    let drawing = ICONS.get(name).map_or("", String::as_str);
    format!(
        r#"<svg class="icon" aria-hidden="true" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round">{drawing}</svg>"#
    )
}

/// Text as text: nothing that a purpose file says becomes markup.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn pages(name: &str) -> Pages {
        let mut offer = Offer::parse(Offer::WATTT_INSIGHTS).unwrap();
        offer.name = name.to_owned();
        Pages::new(offer, "http://127.0.0.1:8080")
    }

    #[test]
    fn every_place_in_every_page_is_filled() {
        for page in [Page::Home, Page::My, Page::Data, Page::Privacy] {
            for language in [Language::En, Language::Nl] {
                let html = pages("Wattt Insights").render(page, language);
                assert!(!html.contains("{{") && !html.contains("}}"), "{page:?}");
                assert!(html.contains(&format!("<html lang=\"{language}\">")));
                assert!(
                    !html.contains("stroke-linejoin=\"round\"></svg>"),
                    "{page:?} names an icon that does not exist"
                );
            }
        }
    }

    #[test]
    fn nothing_in_a_page_runs_or_loads_from_elsewhere() {
        for page in [Page::Home, Page::My, Page::Data, Page::Privacy] {
            let html = pages("Wattt Insights").render(page, Language::En);
            assert!(
                !html.contains("<script>")
                    && !html.contains(" style=")
                    && !html.contains(" onclick"),
                "{page:?}"
            );
            assert!(
                !html.contains("src=\"http") && !html.contains("href=\"http"),
                "{page:?}"
            );
        }
    }

    #[test]
    fn a_name_with_markup_stays_a_name() {
        let html = pages("<script>alert(1)</script>").render(Page::Privacy, Language::Nl);
        assert!(!html.contains("<script>alert"));
        assert!(html.contains("&lt;script&gt;"));
    }
}
