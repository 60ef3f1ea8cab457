//! The seed: 32 random bytes, shown once as 24 words, from which every key of the wallet derives.

use core::fmt;

use bip39::{Language, Mnemonic};
use channel::prf;
use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// How many words there are.
pub const WORDS: usize = 24;

/// The root of all keys (BIP-39 entropy of 256 bits).
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Seed([u8; 32]);

impl Seed {
    /// A new seed of the system's random generator.
    #[expect(clippy::new_without_default, reason = "every call gives another")]
    pub fn new() -> Self {
        Self::generate(&mut crate::random())
    }

    /// A new seed.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// A seed that was stored.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for the keychain alone.
    pub(crate) fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// `PRF(seed, label, data…)`.
    pub(crate) fn derive(&self, label: &str, data: &[&[u8]]) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(prf(&self.0, label, data))
    }

    /// The 24 words (BIP-39, English list).
    pub fn words(&self) -> Zeroizing<String> {
        // 32 bytes are always a valid entropy.
        let words = Mnemonic::from_entropy(&self.0).map(|mnemonic| mnemonic.to_string());
        Zeroizing::new(words.unwrap_or_default())
    }

    /// The seed that these words stand for; case, line breaks and numbering do not matter.
    ///
    /// # Errors
    /// [`WordsError`] names the word that is wrong.
    pub fn from_words(text: &str) -> Result<Self, WordsError> {
        let words = normalise(text);
        if let Some((index, word)) = words.iter().enumerate().find(|(_, word)| !is_known(word)) {
            return Err(WordsError::Unknown {
                position: index + 1,
                word: word.chars().take(24).collect(),
                suggestion: suggest(word),
            });
        }
        if words.len() != WORDS {
            return Err(WordsError::Count { found: words.len() });
        }
        let joined = Zeroizing::new(
            words
                .iter()
                .map(|word| word.as_str())
                .collect::<Vec<_>>()
                .join(" "),
        );
        let mnemonic = Mnemonic::parse_in_normalized(Language::English, &joined)
            .map_err(|_| WordsError::Checksum)?;
        let entropy = Zeroizing::new(mnemonic.to_entropy());
        let bytes = entropy
            .as_slice()
            .try_into()
            .map_err(|_| WordsError::Count { found: words.len() })?;
        Ok(Self(bytes))
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(..)")
    }
}

/// What is wrong with the words that someone typed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WordsError {
    /// Too few or too many.
    #[error("there are {found} words, not {WORDS}")]
    Count {
        /// How many were given.
        found: usize,
    },
    /// A word that no list of words contains.
    #[error("word {position}, “{word}”, is not in the list")]
    Unknown {
        /// Counted from 1.
        position: usize,
        /// What was typed, cut short.
        word: String,
        /// The word that was probably meant.
        suggestion: Option<&'static str>,
    },
    /// Every word exists, but together they are no seed.
    #[error(
        "all words exist, but they do not belong together: one is another word of the list, or two are swapped"
    )]
    Checksum,
}

fn normalise(text: &str) -> Vec<Zeroizing<String>> {
    text.split(|c: char| c.is_whitespace() || c == ',' || c == ';')
        .map(|word| word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == ')'))
        .filter(|word| !word.is_empty())
        .map(|word| Zeroizing::new(word.to_lowercase()))
        .collect()
}

fn is_known(word: &str) -> bool {
    Language::English.find_word(word).is_some()
}

/// The list is made so that four letters name a word; after that, the nearest word by single letters.
fn suggest(word: &str) -> Option<&'static str> {
    let list = Language::English.word_list();
    let letters: Vec<char> = word.chars().take(24).collect();
    let start: String = letters.iter().take(4).collect();
    let by_start = list
        .iter()
        .find(|known| letters.len() >= 4 && known.starts_with(&start));
    let farthest = if letters.len() > 4 { 2 } else { 1 };
    let by_distance = || {
        list.iter()
            .map(|known| (distance(&letters, known), known))
            .filter(|(distance, _)| *distance <= farthest)
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, known)| known)
    };
    by_start.or_else(by_distance).copied()
}

/// How many letters have to be changed, added, left out or swapped with their neighbour.
fn distance(a: &[char], b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    let at = |rows: &[Vec<usize>], i: usize, j: usize| {
        rows.get(i)
            .and_then(|row| row.get(j))
            .copied()
            .unwrap_or(usize::MAX / 2)
    };
    for (i, x) in a.iter().enumerate() {
        rows.push(vec![i + 1]);
        for (j, y) in b.iter().enumerate() {
            let mut least = (at(&rows, i, j) + usize::from(x != y))
                .min(at(&rows, i, j + 1) + 1)
                .min(at(&rows, i + 1, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                least = least.min(at(&rows, i - 1, j - 1) + 1);
            }
            if let Some(row) = rows.last_mut() {
                row.push(least);
            }
        }
    }
    at(&rows, a.len(), b.len())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn words_restore_the_seed() {
        let seed = Seed([7; 32]);
        let words = seed.words();
        assert_eq!(words.split(' ').count(), WORDS);
        assert_eq!(Seed::from_words(&words).unwrap(), seed);
        let numbered: String = words
            .split(' ')
            .enumerate()
            .map(|(i, word)| format!("{}. {}\n", i + 1, word.to_uppercase()))
            .collect();
        assert_eq!(Seed::from_words(&numbered).unwrap(), seed);
    }

    #[test]
    fn the_reference_vector_of_bip_39() {
        let zeros = format!("{}art", "abandon ".repeat(23));
        assert_eq!(*Seed([0; 32]).words(), zeros);
    }

    #[test]
    fn the_wrong_word_is_named_with_the_one_that_was_meant() {
        let words = Seed([7; 32]).words();
        let spoiled = |at: usize, other: &str| {
            let words: Vec<_> = words
                .split(' ')
                .enumerate()
                .map(|(i, w)| if i == at { other } else { w })
                .collect();
            Seed::from_words(&words.join(" ")).unwrap_err()
        };
        let unknown = |position, word: &str, suggestion| WordsError::Unknown {
            position,
            word: word.into(),
            suggestion,
        };
        assert_eq!(spoiled(6, "gardan"), unknown(7, "gardan", Some("garden")));
        assert_eq!(spoiled(0, "bananna"), unknown(1, "bananna", Some("banana")));
        assert_eq!(spoiled(23, "ozo"), unknown(24, "ozo", Some("zoo")));
        assert_eq!(spoiled(3, "xqzvwk"), unknown(4, "xqzvwk", None));
        assert_eq!(spoiled(3, "zoo"), WordsError::Checksum);
        assert_eq!(
            Seed::from_words("zoo zoo").unwrap_err(),
            WordsError::Count { found: 2 }
        );
    }
}
