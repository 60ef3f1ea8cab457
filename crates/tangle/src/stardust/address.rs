//! The address of a node, checked before it is used.

use iota_client::Url;

use crate::TangleError;

/// The origins of one or several nodes, with commas between, each once.
pub(super) fn parse_all(addresses: &str) -> Result<Vec<String>, TangleError> {
    let mut origins = Vec::new();
    for address in addresses.split(',') {
        let origin = parse(address)?;
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    Ok(origins)
}

/// The origin of a node, `http://host:port` without anything after it.
pub(crate) fn parse(address: &str) -> Result<String, TangleError> {
    let wrong = |why: &str| TangleError::Address {
        address: without_secrets(address),
        why: why.to_owned(),
    };
    let url = Url::parse(address.trim()).map_err(|error| wrong(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("it does not begin with http:// or https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong(
            "it contains a user name or password, which would end up in logs and lists of processes: they belong into a file (docs/tangle.md, A town)",
        ));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(wrong("it names no host"));
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong(
            "it has something after the port; a node's routes begin at the root",
        ));
    }
    Ok(url.origin().ascii_serialization())
}

/// What is left of an address when credentials are taken out.
fn without_secrets(address: &str) -> String {
    let shown = match address.rsplit_once('@') {
        Some((_, host)) => host,
        None => address,
    };
    shown.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn an_address_becomes_an_origin() {
        assert_eq!(
            parse(" http://127.0.0.1:14265/ ").unwrap(),
            "http://127.0.0.1:14265"
        );
        assert_eq!(
            parse("https://node.example").unwrap(),
            "https://node.example"
        );
        assert_eq!(parse("http://[::1]:14265").unwrap(), "http://[::1]:14265");
    }

    #[test]
    fn several_addresses_stand_between_commas() {
        assert_eq!(
            parse_all("http://a:1, https://b/,http://a:1").unwrap(),
            ["http://a:1", "https://b"]
        );
        let sentence = parse_all("http://a,").unwrap_err().to_string();
        assert!(sentence.contains("relative URL"), "{sentence}");
    }

    #[test]
    fn a_wrong_address_is_named_and_shown_without_its_password() {
        for (address, why) in [
            ("", "relative URL"),
            ("127.0.0.1:14265", "relative URL"),
            ("localhost:14265", "does not begin with http"),
            ("ftp://node.example", "does not begin with http"),
            ("http://", "empty host"),
            ("http://a:b:c", "invalid port number"),
            ("http://node.example/path", "after the port"),
            ("http://node.example?query", "after the port"),
            ("http://user:secret@node.example", "user name or password"),
        ] {
            let sentence = parse(address).unwrap_err().to_string();
            assert!(sentence.contains(why), "{address}: {sentence}");
            assert!(
                sentence.contains("write it like http://127.0.0.1:14265"),
                "{sentence}"
            );
            assert!(!sentence.contains("secret"), "{sentence}");
        }
    }
}
