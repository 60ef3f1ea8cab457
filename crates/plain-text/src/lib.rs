//! What strangers wrote, shown as text and as nothing else.
//!
//! Names, reasons and answers of services, devices and nodes end up on terminals and screens. Characters that steer a terminal,
//! turn the direction of writing or do not show at all would let a stranger say something else than is read.
//!
//! ```
//! assert_eq!(plain_text::one_line("Wattt\u{1b}[2J\n  Insights", 60), "Wattt [2J Insights");
//! assert_eq!(plain_text::one_line("safe\u{202e}elbatrofmoc", 8), "safeelba…");
//! ```

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

use alloc::string::String;

/// Whether a character cannot be seen for what it is: control characters, and the format characters of Unicode that reorder,
/// hide or join (Unicode TR 36, section 2).
#[must_use]
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        )
        || matches!(c, '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{3164}' | '\u{fe00}'..='\u{fe0e}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}')
        || matches!(c, '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The text as one line of at most `most` characters, and an ellipsis if there was more. White space and control characters
/// become single spaces, what does not show is left out.
#[must_use]
pub fn one_line(text: &str, most: usize) -> String {
    let separates = |c: char| c.is_whitespace() || c.is_control();
    let words = text
        .split(separates)
        .map(visible)
        .filter(|word| !word.is_empty());
    let mut line = String::new();
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
        // Whoever sends a lot keeps nobody busy with it.
        if let Some((end, _)) = line.char_indices().nth(most) {
            line.truncate(end);
            line.push('…');
            return line;
        }
    }
    line
}

fn visible(word: &str) -> String {
    word.chars().filter(|c| !is_invisible(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_gone_and_the_rest_is_one_line() {
        assert_eq!(
            one_line("a\u{1b}[31m\n\tb\r\u{7}c\u{9b}2J", 60),
            "a [31m b c 2J"
        );
        assert_eq!(
            one_line("Toont je verbruik, € 3 😀", 60),
            "Toont je verbruik, € 3 😀"
        );
        assert_eq!(one_line(" \n\u{200b} ", 60), "");
    }

    #[test]
    fn what_turns_or_hides_is_gone() {
        assert_eq!(
            one_line("safe\u{202e}x\u{2066}y\u{200d}z\u{e0041}", 60),
            "safexyz"
        );
        for hidden in [
            '\u{ad}', '\u{61c}', '\u{2028}', '\u{feff}', '\u{3164}', '\0', '\u{85}',
        ] {
            assert!(is_invisible(hidden), "U+{:04X}", u32::from(hidden));
        }
        for shown in ['a', 'é', '€', '漢', '😀', ' ', 'ا'] {
            assert!(!is_invisible(shown), "{shown}");
        }
    }

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(one_line(&"é".repeat(1_000), 3), "ééé…");
        assert_eq!(one_line("abc", 3), "abc");
        assert_eq!(one_line("ab cd", 3), "ab …");
    }
}
