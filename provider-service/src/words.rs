//! The page's sentences, in both languages side by side, and which language a visitor reads.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use consent::Language;

type Table = BTreeMap<String, [String; 2]>;

static TABLE: LazyLock<Table> =
    LazyLock::new(|| serde_json::from_str(include_str!("../page/words.json")).unwrap_or_default());

/// The sentence with this name; the name itself when there is none, which a test keeps from happening.
#[must_use]
pub fn say(key: &str, language: Language) -> &str {
    TABLE.get(key).map_or(key, |[en, nl]| match language {
        Language::En => en,
        Language::Nl => nl,
    })
}

/// A sentence with its `{names}` filled in.
#[must_use]
pub fn say_with(key: &str, language: Language, values: &[(&str, &str)]) -> String {
    values
        .iter()
        .fold(say(key, language).to_owned(), |sentence, (name, value)| {
            sentence.replace(&format!("{{{name}}}"), value)
        })
}

/// All sentences of one language as JSON, for the scripts of the page.
#[must_use]
pub fn as_json(language: Language) -> String {
    let sentences: BTreeMap<_, _> = TABLE.keys().map(|key| (key, say(key, language))).collect();
    serde_json::to_string(&sentences).unwrap_or_default()
}

/// The language that an `Accept-Language` header (RFC 9110 section 12.5.4) prefers among ours; English when it names none.
#[must_use]
pub fn preferred(header: &str) -> Language {
    let weighed = header.split(',').filter_map(|range| {
        let mut parts = range.split(';');
        let language = known(parts.next()?)?;
        let weight = parts
            .find_map(|part| part.trim().strip_prefix("q=")?.parse::<f32>().ok())
            .unwrap_or(1.0);
        Some((language, weight))
    });
    weighed
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
        .map_or(Language::En, |(language, _)| language)
}

/// The language of a tag such as `nl-BE`, if it is one of ours.
#[must_use]
pub fn known(tag: &str) -> Option<Language> {
    let primary = tag.trim().split('-').next().unwrap_or_default();
    [Language::En, Language::Nl]
        .into_iter()
        .find(|language| language.tag().eq_ignore_ascii_case(primary))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_is_there_in_both_languages() {
        assert!(TABLE.len() > 150);
        for (key, sentences) in &*TABLE {
            assert!(
                sentences.iter().all(|sentence| !sentence.trim().is_empty()),
                "{key}"
            );
            let names = |sentence: &str| {
                let mut names: Vec<_> = sentence
                    .split('{')
                    .skip(1)
                    .filter_map(|rest| rest.split_once('}'))
                    .map(|(name, _)| name.to_owned())
                    .collect();
                names.sort();
                names
            };
            assert_eq!(names(&sentences[0]), names(&sentences[1]), "{key}");
        }
    }

    #[test]
    fn no_sentence_speaks_of_the_machinery() {
        let forbidden = [
            "ledger", "block", "channel", "token", "hash", "epoch", "lane", "provider", "blok",
            "kanaal", "!",
        ];
        for (key, sentences) in &*TABLE {
            for sentence in sentences {
                let words = sentence.to_lowercase();
                assert!(
                    !forbidden
                        .iter()
                        .any(|word| words.split_whitespace().any(|part| part
                            .trim_matches(|c: char| !c.is_alphanumeric() && c != '!')
                            == *word)),
                    "{key}: {sentence}"
                );
            }
        }
    }

    #[test]
    fn every_key_that_pages_and_scripts_use_exists() {
        let pages = [
            include_str!("../page/frame.html"),
            include_str!("../page/home.html"),
            include_str!("../page/data.html"),
            include_str!("../page/privacy.html"),
            include_str!("../page/my.html"),
            include_str!("../page/error.html"),
        ];
        for key in pages
            .iter()
            .flat_map(|page| page.split("{{t:").skip(1))
            .filter_map(|rest| rest.split_once("}}"))
        {
            assert!(TABLE.contains_key(key.0), "{}", key.0);
        }
        let scripts = [
            include_str!("../page/my.js"),
            include_str!("../page/charts.js"),
        ];
        for key in scripts
            .iter()
            .flat_map(|script| script.split("say(\"").skip(1))
            .filter_map(|rest| rest.split_once('"'))
        {
            assert!(TABLE.contains_key(key.0), "{}", key.0);
        }
    }

    #[test]
    fn the_preferred_language_is_chosen() {
        assert_eq!(preferred("nl-NL,nl;q=0.9,en;q=0.8"), Language::Nl);
        assert_eq!(preferred("de-DE,de;q=0.9,en;q=0.7,nl;q=0.6"), Language::En);
        assert_eq!(preferred("en;q=0.3, nl;q=0.5"), Language::Nl);
        assert_eq!(preferred(""), Language::En);
        assert_eq!(preferred(";;;,,q=x"), Language::En);
    }
}
