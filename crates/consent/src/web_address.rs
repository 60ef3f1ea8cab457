//! The addresses that a request may carry and a browser is sent to.

/// The longest address, in bytes.
const LONGEST: usize = 512;

/// Whether this is an https address of printable ASCII without user name, so that what is shown is where it leads.
/// Plain http is allowed for this computer itself, which no stranger can answer for.
///
/// ```
/// use consent::is_web_address;
///
/// assert!(is_web_address("https://wattt.example/privacy"));
/// assert!(is_web_address("http://127.0.0.1:8080/privacy"));
/// assert!(!is_web_address("http://wattt.example/privacy"));
/// ```
#[must_use]
pub fn is_web_address(given: &str) -> bool {
    let Some((scheme, rest)) = given.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority
        .rsplit_once(':')
        .map_or(authority, |(host, _)| host);
    let printable = given.len() <= LONGEST && given.bytes().all(|byte| byte.is_ascii_graphic());
    let allowed = scheme == "https"
        || (scheme == "http" && matches!(host, "localhost" | "127.0.0.1" | "[::1]"));
    printable && allowed && !host.is_empty() && !authority.contains(['@', '\\', '"', '<', '>'])
}

#[cfg(test)]
mod tests {
    use super::is_web_address;

    #[test]
    fn a_browser_is_sent_to_the_web_and_to_this_computer() {
        for good in [
            "https://wattt.example",
            "https://wattt.example:8443/privacy?lang=nl#erasure",
            "http://localhost/privacy",
            "http://127.0.0.1:8080/privacy",
            "http://[::1]:8080/privacy",
        ] {
            assert!(is_web_address(good), "{good}");
        }
        let long = format!("https://{}", "a".repeat(512));
        for bad in [
            "",
            "wattt.example",
            "https://",
            "http://wattt.example/privacy",
            "http://127.0.0.1.evil.example/",
            "http://localhost@evil.example/",
            "https://wattt.example@evil.example/",
            "https://wattt.example/é",
            "https://wattt.example/a b",
            "file:///etc/passwd",
            "javascript://wattt.example/%0aalert(1)",
            "meterkast://consent?n=home",
            &long,
        ] {
            assert!(!is_web_address(bad), "{bad}");
        }
    }
}
