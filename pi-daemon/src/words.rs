//! Numbers in words.

use std::fmt::Display;

/// "1 block", "3 blocks".
pub(crate) fn plural<N: Display + PartialEq + From<u8>>(n: N, one: &str, many: &str) -> String {
    if n == N::from(1) {
        format!("1 {one}")
    } else {
        format!("{n} {many}")
    }
}

/// How long ago: "just now", "40 s ago", "5 min ago", "3 h ago", "2 days ago".
pub(crate) fn ago(seconds: u64) -> String {
    match seconds {
        0..=1 => "just now".to_owned(),
        2..=119 => format!("{seconds} s ago"),
        120..=7_199 => format!("{} min ago", seconds / 60),
        7_200..=172_799 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

/// How long yet: "40 s", "5 min", "3 h".
pub(crate) fn until(seconds: u32) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}
