//! What this service asks for and why: the purpose file, and the consent request made from it.

use consent::{
    Authority, ConsentRequest, Handling, HistoryWish, LaneWish, Localised, PrivacyNotice, Provider,
    Purpose, REQUEST_VERSION,
};
use serde::{Deserialize, Serialize};

/// The purpose file: who the service is, its one purpose, what it asks to see and what happens to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// The name people know.
    pub name: String,
    /// The site that vouches for the signing key; the public address when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// Where people can ask.
    pub contact: String,
    /// Where the service is established, two letters.
    pub country: String,
    /// With whom to complain.
    pub complaint_authority: Authority,
    /// The one purpose.
    pub purpose: Purpose,
    /// What the service still does for somebody who says no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without: Option<Localised>,
    /// What is asked for.
    pub lanes: Vec<LaneWish>,
    /// The past, if it is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<HistoryWish>,
    /// For how many days.
    pub duration_days: u32,
    /// What happens to the data.
    pub handling: Handling,
}

/// What a caller of the API may choose about one request; what is left out is as in the purpose file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    /// Other lanes.
    pub lanes: Option<Vec<LaneWish>>,
    /// Another purpose.
    pub purpose: Option<Purpose>,
    /// For another number of days.
    pub duration_days: Option<u32>,
    /// Ends at this moment instead, unix seconds.
    pub until: Option<u64>,
    /// The past.
    pub history: Option<HistoryWish>,
    /// Kept for another number of days after the end.
    pub retention_days: Option<u16>,
    /// How long the request can be answered, seconds.
    pub lifetime: Option<u64>,
    /// Where the person goes back to.
    pub callback: Option<String>,
}

/// What a request needs beside the offer.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    /// The Tangle on which everything happens.
    pub network: &'a str,
    /// Where people reach this service.
    pub public_url: &'a str,
    /// SHA-256 of the privacy notice, hexadecimal.
    pub notice_hash: &'a str,
    /// Now, unix seconds.
    pub now: u64,
    /// The key that the grant is sealed to.
    pub key: &'a kem::PublicKey,
}

const DAY: u64 = 86_400;

impl Offer {
    /// The offer of *Wattt Insights*, as shipped.
    pub const WATTT_INSIGHTS: &'static str = include_str!("../purposes/wattt-insights.json");

    /// Reads a purpose file.
    ///
    /// # Errors
    /// What is wrong with it and where.
    pub fn parse(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }

    /// The request to sign. The wallet's own checks judge it afterwards.
    #[must_use]
    pub fn request(&self, wish: Wish, frame: &Frame<'_>) -> ConsentRequest {
        let days = u64::from(wish.duration_days.unwrap_or(self.duration_days));
        let mut handling = self.handling.clone();
        handling.retention_days = wish.retention_days.unwrap_or(handling.retention_days);
        let mut request = ConsentRequest {
            version: REQUEST_VERSION,
            network: frame.network.to_owned(),
            issued_at: frame.now,
            expires_at: frame
                .now
                .saturating_add(wish.lifetime.unwrap_or(consent::DEFAULT_LIFETIME)),
            provider: self.provider(frame),
            purpose: wish.purpose.unwrap_or_else(|| self.purpose.clone()),
            without: self.without.clone(),
            lanes: wish.lanes.unwrap_or_else(|| self.lanes.clone()),
            history: wish.history.or_else(|| self.history.clone()),
            from: frame.now,
            until: wish
                .until
                .unwrap_or_else(|| frame.now.saturating_add(days.saturating_mul(DAY))),
            handling,
            hpke_key: String::new(),
            callback: wish.callback,
        };
        request.set_hpke_key(frame.key);
        request
    }

    /// The site that vouches for the key.
    #[must_use]
    pub fn site(&self, public_url: &str) -> String {
        self.site.clone().unwrap_or_else(|| public_url.to_owned())
    }

    fn provider(&self, frame: &Frame<'_>) -> Provider {
        Provider {
            name: self.name.clone(),
            site: self.site(frame.public_url),
            contact: self.contact.clone(),
            country: self.country.clone(),
            privacy_notice: PrivacyNotice {
                url: format!("{}/privacy?lang=en", frame.public_url),
                sha256: frame.notice_hash.to_owned(),
            },
            complaint_authority: self.complaint_authority.clone(),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn frame(key: &kem::PublicKey) -> Frame<'_> {
        Frame {
            network: "meterkast-test",
            public_url: "http://127.0.0.1:8080",
            notice_hash: "00000000000000000000000000000000000000000000000000000000000000aa",
            now: 1_800_000_000,
            key,
        }
    }

    #[test]
    fn the_shipped_offer_makes_a_request_that_wallets_show() {
        let secret = kem::SecretKey::from_seed(&[7; 32]);
        let key = secret.public_key();
        let offer = Offer::parse(Offer::WATTT_INSIGHTS).unwrap();
        let request = offer.request(Wish::default(), &frame(key));
        request.check().unwrap();
        assert_eq!(request.expires_at - request.issued_at, 600);
        assert_eq!(request.until, 1_800_000_000 + 90 * 86_400);
    }

    #[test]
    fn a_wish_that_wallets_refuse_is_found_before_anybody_sees_it() {
        let secret = kem::SecretKey::from_seed(&[7; 32]);
        let key = secret.public_key();
        let offer = Offer::parse(Offer::WATTT_INSIGHTS).unwrap();
        let wish = Wish {
            lifetime: Some(1_000_000),
            ..Wish::default()
        };
        assert!(offer.request(wish, &frame(key)).check().is_err());
    }

    /// Whatever an operator's typing makes of the file, it is read or refused; what is read makes a request that is
    /// judged like any other.
    #[test]
    fn a_purpose_file_with_any_mistake_is_read_or_refused() {
        let secret = kem::SecretKey::from_seed(&[7; 32]);
        let right = Offer::WATTT_INSIGHTS.as_bytes();
        let mut read = 0;
        for (at, &byte) in right.iter().enumerate() {
            for mistake in [0, byte ^ 1, byte ^ 0x80, b'"', b'9', b'}'] {
                let mut wrong = right.to_vec();
                wrong.splice(at..=at, [mistake]);
                let wrong = String::from_utf8_lossy(&wrong);
                if let Ok(offer) = Offer::parse(&wrong) {
                    read += 1;
                    let _judged = offer
                        .request(Wish::default(), &frame(secret.public_key()))
                        .check();
                }
            }
        }
        assert!(read > 0, "not one mistake was harmless");
    }
}
