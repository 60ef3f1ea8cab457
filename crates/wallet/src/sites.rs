//! Asking a provider's site whether it stands in for the key of a request.

use std::time::Duration;

use async_trait::async_trait;
use consent::SiteStatement;

use crate::requests::Sites;

const PATIENCE: Duration = Duration::from_secs(5);

/// Asks over the web, without following the site elsewhere.
#[derive(Clone, Debug, Default)]
pub struct WebSites;

#[async_trait]
impl Sites for WebSites {
    async fn statement(&self, site: &str) -> Option<SiteStatement> {
        let client = reqwest::Client::builder()
            .https_only(!is_this_computer(site))
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()
            .ok()?;
        let address = format!("{}{}", site.trim_end_matches('/'), SiteStatement::PATH);
        let mut answer = client
            .get(address)
            .send()
            .await
            .ok()?
            .error_for_status()
            .ok()?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.ok()? {
            body.extend_from_slice(&chunk);
            if body.len() > SiteStatement::MAX_LEN {
                return None;
            }
        }
        SiteStatement::from_json(&body)
    }
}

/// A service that is being tried out on this very computer has no certificate.
fn is_this_computer(site: &str) -> bool {
    reqwest::Url::parse(site).is_ok_and(|url| {
        let host = url.host_str().unwrap_or_default();
        url.scheme() == "http" && ["127.0.0.1", "localhost", "[::1]"].contains(&host)
    })
}

/// Asks nobody: for a computer that must not show a site that it was asked for.
#[derive(Clone, Debug, Default)]
pub struct NoSites;

#[async_trait]
impl Sites for NoSites {
    async fn statement(&self, _: &str) -> Option<SiteStatement> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_computer_may_answer_without_a_certificate() {
        for ours in [
            "http://127.0.0.1:8080",
            "http://localhost",
            "http://[::1]:80",
            "http://localhost/page",
        ] {
            assert!(is_this_computer(ours), "{ours}");
        }
        for theirs in [
            "https://wattt.example",
            "http://wattt.example",
            "http://127.0.0.1.wattt.example",
            "http://localhost@wattt.example",
            "http://127.0.0.1:80@wattt.example",
        ] {
            assert!(!is_this_computer(theirs), "{theirs}");
        }
    }
}
