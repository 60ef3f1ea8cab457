//! Texts that a provider writes and a person reads: bounded, and shown as text, never as markup.

use std::fmt;

/// A language of the wallet's own screens.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
    minicbor::Encode,
    minicbor::Decode,
)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
pub enum Language {
    /// English.
    #[default]
    #[n(0)]
    En,
    /// Dutch.
    #[n(1)]
    Nl,
}

impl Language {
    /// The tag of BCP 47.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Nl => "nl",
        }
    }

    /// The language a locale such as `nl_NL.UTF-8` or `nl-BE` asks for; English for all others.
    #[must_use]
    pub fn of_locale(locale: &str) -> Self {
        if locale
            .get(..2)
            .is_some_and(|tag| tag.eq_ignore_ascii_case("nl"))
        {
            Self::Nl
        } else {
            Self::En
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// One text in each language of the wallet.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Localised {
    /// In English.
    pub en: String,
    /// In Dutch.
    pub nl: String,
}

impl Localised {
    /// The same thing said in both languages.
    #[must_use]
    pub fn new(en: impl Into<String>, nl: impl Into<String>) -> Self {
        Self {
            en: en.into(),
            nl: nl.into(),
        }
    }

    /// The text in this language.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Nl => &self.nl,
        }
    }
}

/// Why a text is not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    /// Nothing there, or only spaces.
    #[error("is empty")]
    Empty,
    /// Longer than a screen can do justice to.
    #[error("has {len} characters; at most {max} are allowed")]
    TooLong {
        /// How many characters it has.
        len: usize,
        /// How many it may have.
        max: usize,
    },
    /// Characters that do not show, or that turn the direction of writing and so can hide what is said.
    #[error("contains the invisible character U+{0:04X}")]
    Invisible(u32),
}

/// Checks that a text can be shown as it is.
///
/// # Errors
/// The first fault.
pub fn check_text(text: &str, max: usize) -> Result<(), TextFault> {
    if text.trim().is_empty() {
        return Err(TextFault::Empty);
    }
    let len = text.chars().count();
    if len > max {
        return Err(TextFault::TooLong { len, max });
    }
    text.chars()
        .find(|c| plain_text::is_invisible(*c))
        .map_or(Ok(()), |c| Err(TextFault::Invisible(c.into())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_hide_something_are_refused() {
        assert_eq!(
            check_text("Toont je verbruik én pieken, € 3 😀", 100),
            Ok(())
        );
        assert_eq!(check_text(" \n", 100), Err(TextFault::Empty));
        assert_eq!(
            check_text("één", 2),
            Err(TextFault::TooLong { len: 3, max: 2 })
        );
        assert_eq!(
            check_text("safe\u{202e}elbatrofmoc", 100),
            Err(TextFault::Invisible(0x202e))
        );
        assert_eq!(
            check_text("a\u{200b}b", 100),
            Err(TextFault::Invisible(0x200b))
        );
        assert_eq!(
            check_text("a\u{1b}[2J", 100),
            Err(TextFault::Invisible(0x1b))
        );
    }

    #[test]
    fn a_locale_names_a_language() {
        assert_eq!(Language::of_locale("nl_BE.UTF-8"), Language::Nl);
        assert_eq!(Language::of_locale("nl-NL"), Language::Nl);
        assert_eq!(Language::of_locale("en-NL"), Language::En);
        assert_eq!(Language::of_locale("de_DE"), Language::En);
        assert_eq!(Language::of_locale(""), Language::En);
        assert_eq!(Language::of_locale("é"), Language::En);
    }
}
