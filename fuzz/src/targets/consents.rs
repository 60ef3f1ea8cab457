use crate::corpus::vectors;
use channel::IdentityKey;
use consent::{Agreement, Choices, ConsentLink, ConsentRequest, SignedReceipt, SignedRequest};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use std::sync::LazyLock;

const NOW: u64 = 1_781_870_400;
static PROVIDER: LazyLock<IdentityKey> = LazyLock::new(|| IdentityKey::from_seed(&[61; 32]));

/// A signed request as it lies on the Tangle; and the JSON of one, which is signed here if a service could sign it.
pub(super) fn request(data: &[u8]) {
    let _signed = SignedRequest::open(data);
    let Ok(request) = serde_json::from_slice::<ConsentRequest>(data) else {
        return;
    };
    if request.check().is_err() {
        return;
    }
    let choices = Choices::as_asked(&request);
    let _agreement = Agreement::reach(&request, &choices, NOW);
    let mut rng = ChaCha20Rng::from_seed([1; 32]);
    if let Ok(signed) = SignedRequest::sign(&request, &PROVIDER, &mut rng) {
        assert!(
            SignedRequest::open(signed.as_bytes()).is_ok(),
            "signed and not readable"
        );
    }
}

pub(super) fn request_seeds() -> Vec<Vec<u8>> {
    let signed = vectors("consent.json", &["request/signed"]);
    let opened = signed
        .iter()
        .filter_map(|bytes| SignedRequest::open(bytes).ok());
    let json: Vec<Vec<u8>> = opened
        .filter_map(|signed| serde_json::to_vec(signed.request()).ok())
        .collect();
    [signed, json].concat()
}

/// A signed receipt.
pub(super) fn receipt(data: &[u8]) {
    if let Ok(receipt) = SignedReceipt::open(data) {
        let _text = (receipt.json(), receipt.hash());
    }
}

pub(super) fn receipt_seeds() -> Vec<Vec<u8>> {
    vectors("consent.json", &["receipt/signed"])
}

/// What somebody scanned or clicked. What was read is printed and read again.
pub(super) fn link(data: &[u8]) {
    let Ok(link) = String::from_utf8_lossy(data).parse::<ConsentLink>() else {
        return;
    };
    assert_eq!(link.to_string().parse(), Ok(link), "printed and read again");
}

pub(super) fn link_seeds() -> Vec<Vec<u8>> {
    let mut seeds = vectors("consent.json", &["request/link"]);
    seeds.push(b"https://wattt.example/open#n=home&r=AAAA".to_vec());
    seeds
}
