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
            .https_only(true)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()
            .ok()?;
        let address = format!("{}{}", site.trim_end_matches('/'), SiteStatement::PATH);
        let mut answer = client.get(address).send().await.ok()?.error_for_status().ok()?;
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

/// Asks nobody: for a computer that must not show a site that it was asked for.
#[derive(Clone, Debug, Default)]
pub struct NoSites;

#[async_trait]
impl Sites for NoSites {
    async fn statement(&self, _: &str) -> Option<SiteStatement> {
        None
    }
}
