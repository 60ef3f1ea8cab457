//! Claim: a service takes keys only from the device that the signed receipt names; keys of any other device stay unused, and
//! the service says so.

use channel::{IdentityKey, seal_message};
use consent::{
    Accepted, Agreement, Choices, ConsentSecret, ConsentState, DeviceId, Expression, Given,
    InboxMessage, InboxSlot, Language, SignedReceipt,
};
use scenarios::{House, LIVE, random, wish};
use tangle::Tag;
use wallet::NoSites;

#[tokio::test(start_paused = true)]
async fn keys_of_a_device_that_the_receipt_does_not_name_are_not_used() {
    let mut house = House::new().await;
    let service = house.service("Wattt Insights");
    let (id, link) = service.ask(wish(&[LIVE]), house.now()).await;
    let wallet = house.wallet();
    let opened = wallet.open_request(&link, &NoSites).await.unwrap();
    let choices = Choices::as_asked(opened.signed.request());

    // Somebody who saw the link answers first, with a receipt that names a device of their own.
    let agreement = Agreement::reach(opened.signed.request(), &choices, house.now()).unwrap();
    let key = IdentityKey::from_seed(&[3; 32]);
    let given = Given {
        at: house.now(),
        language: Language::En,
        device: DeviceId::of(b"another device"),
        by: Expression::CommandLine,
    };
    let consent = opened.consent;
    let receipt = SignedReceipt::sign(
        &opened.signed,
        consent,
        &agreement,
        given,
        &key,
        &mut random(),
    );
    let accepted = InboxMessage::Accepted(Box::new(Accepted {
        consent,
        receipt: receipt.unwrap().as_bytes().to_vec(),
        consent_secret: ConsentSecret([4; 32]),
    }));
    let inbox = link.secret.inbox_key(InboxSlot::Wallet);
    let fragments = seal_message(&inbox, &key, "inbox", &accepted.to_bytes(), &mut random());
    for fragment in fragments.unwrap() {
        let tag = Tag(fragment.tag.into());
        house.ledger.inject(tag, fragment.data.as_slice()).await;
    }
    house.seconds(2).await;
    assert_eq!(
        service.record(&id).state,
        ConsentState::Authorised,
        "the answer itself is sound"
    );

    // The owner's own yes makes the real Pi hand over keys, for the same request.
    let device = house.device();
    wallet
        .grant(
            consent,
            device,
            &choices,
            Language::En,
            Expression::CommandLine,
        )
        .await
        .unwrap();
    house.seconds(30).await;
    let record = service.record(&id);
    assert_eq!(record.state, ConsentState::Authorised);
    assert_eq!((record.readings, record.granted_at), (0, None));
    let remarks = format!("{:?}", record.remarks);
    assert!(
        remarks.contains("another device than the person agreed to"),
        "{remarks}"
    );
}
