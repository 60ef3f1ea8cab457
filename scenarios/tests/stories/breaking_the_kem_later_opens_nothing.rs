//! Claim: who recorded the whole Tangle and later breaks the key exchange, both halves of it, still opens no grant, because the
//! secret of the link never touched the Tangle; and no secret that was handed over on another way did.

use channel::{ChannelError, open_grant};
use consent::{InboxMessage, InboxSlot};
use scenarios::hoard::Hoard;
use scenarios::{House, LIVE, copy_dir};
use tangle::Tag;

#[tokio::test(start_paused = true)]
async fn the_broken_key_without_the_links_secret_opens_no_grant() {
    let mut house = House::new().await;
    let service = house.service("Wattt Insights");
    let shared = house.share(&service, &[LIVE]).await;
    house.seconds(20).await;

    // Breaking both NTRU and X25519 is modelled by handing over the secret key of the consent, with both halves.
    let stolen = house.dir.path().join("stolen");
    copy_dir(service.dir(), &stolen);
    let hoard = Hoard::open(&stolen).unwrap();
    let broken = hoard.consents[0].grant_key.as_ref().unwrap();
    let given = house.wallet().consent(shared.consent).unwrap();
    let consent = shared.consent.as_bytes();

    // Even the outermost envelope is only found with the link; here it is handed over too.
    let sealed = sealed_grant(&house, &given.request_secret).await;
    assert!(open_grant(&sealed, broken, given.request_secret.expose(), consent).is_ok());

    // Everything that could be taken for the secret and is public, or on the Tangle.
    let hash = given.signed.hash();
    let mut guesses: Vec<[u8; 32]> =
        vec![[0; 32], *hash.as_bytes(), *given.receipt.hash().as_bytes()];
    guesses.push(consent.repeat(2).try_into().unwrap());
    for block in house.ledger.published().iter() {
        guesses.push(block.tag.0);
        let (chunks, _) = block.data.as_chunks::<32>();
        guesses.extend(chunks.iter().step_by(43));
    }
    assert!(guesses.len() > 100, "{}", guesses.len());
    for guess in guesses {
        let error = open_grant(&sealed, broken, &guess, consent).unwrap_err();
        assert_eq!(error, ChannelError::Kem(kem::KemError::DoesNotOpen));
    }
    // Not even the other secret of the same consent.
    assert!(open_grant(&sealed, broken, given.consent_secret.expose(), consent).is_err());
}

#[tokio::test(start_paused = true)]
async fn no_secret_that_was_handed_over_elsewhere_is_on_the_tangle() {
    let mut house = House::new().await;
    let service = house.service("Wattt Insights");
    let shared = house.share(&service, &[LIVE]).await;
    house.seconds(20).await;
    house.revoke(&shared).await;
    let given = house.wallet().consent(shared.consent).unwrap();
    let archive: Vec<u8> = {
        let blocks = house.ledger.published();
        blocks
            .into_iter()
            .flat_map(|block| [block.tag.0.to_vec(), block.data].concat())
            .collect()
    };
    let tag = house.ledger.published()[3].tag;
    assert!(appears(&archive, &tag.0), "the search finds what is there");
    let hoard = Hoard::open(service.dir()).unwrap();
    let secrets = [
        ("the link's secret", *given.request_secret.expose()),
        ("the consent's secret", *given.consent_secret.expose()),
        (
            "the seed of the grant's key",
            *hoard.consents[0].grant_key.as_ref().unwrap().seed(),
        ),
    ];
    for (what, secret) in secrets {
        assert!(!appears(&archive, &secret), "{what} is on the Tangle");
        assert!(
            !appears(&archive, &secret[..16]),
            "half of {what} is on the Tangle"
        );
    }
}

async fn sealed_grant(house: &House, secret: &consent::RequestSecret) -> Vec<u8> {
    let mut letter = channel::MessageAssembler::new(secret.inbox_key(InboxSlot::Device));
    let ledger = house.ledger.handle("archivist");
    while letter.joined().is_empty() {
        for tag in letter.wanted() {
            let found = ledger.by_tags(&[Tag(tag.into())]).await.unwrap();
            let found: Vec<_> = found.into_iter().map(|stored| stored.data).collect();
            letter.offer(&tag, &found);
        }
    }
    let body = letter.joined()[0].unverified_body();
    match InboxMessage::from_bytes(body, InboxSlot::Device).unwrap() {
        InboxMessage::Grant { sealed, .. } => sealed,
        other => panic!("{other:?}"),
    }
}

fn appears(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}
