//! The same messages by way of the Tangle: found, given up, crowded.

use channel::{MessageAssembler, SealedFragment, seal_unsigned};
use pairing::post::{Place, cancel};
use pairing::{
    DevicePairing, PairingSecret, Reaction, Refusal, Route, SESSION, Silence, Status, WINDOW,
    WalletPairing,
};

use crate::device::{
    Device, NOW, answer_of, assert_same, refusal, reply, rng, silence, wallet_key,
};

#[test]
fn a_session_over_bluetooth_is_not_looked_for_on_the_tangle_nor_ended_there() {
    let mut device = Device::open(1);
    let wallet = device.wallet();
    let challenge = device.answer(wallet.message());
    assert_eq!(device.pairing.tangle_session(), None);
    let answered = answer_of(&wallet, &challenge);
    let other_ways = [Route::Tangle, Route::Bluetooth(2)];
    for route in other_ways {
        let elsewhere = device.receive_at(NOW, route, answered.message());
        assert_eq!(silence(elsewhere), Silence::OutOfTurn);
    }
    // It is too late by now, and only who began is told so.
    let late = device.receive_at(NOW + SESSION, Route::Tangle, answered.message());
    assert_eq!(silence(late), Silence::OutOfTurn);
}

#[test]
fn a_stale_claim_on_the_tangle_opens_no_session() {
    let mut device = Device::open(1);
    let old = device.wallet_of(NOW - WINDOW - 1, 5);
    assert_eq!(
        silence(device.receive_at(NOW, Route::Tangle, old.message())),
        Silence::Stale
    );
    let fresh = device.wallet_of(NOW - WINDOW, 6);
    let told = reply(device.receive_at(NOW, Route::Tangle, fresh.message()));
    assert_eq!(told.place, fresh.claim().challenge());
    assert_eq!(device.pairing.tangle_session(), Some(fresh.claim()));
}

/// Blocks by tag, in the order in which they were posted.
#[derive(Default)]
struct Posts(Vec<SealedFragment>);

impl Posts {
    fn post(&mut self, secret: &PairingSecret, place: Place, message: &[u8]) {
        let key = secret.message_key(place);
        self.0
            .extend(seal_unsigned(&key, message, &mut rng(60)).unwrap());
    }

    /// As a device looks: the newest first.
    fn read_claims(&self, secret: &PairingSecret) -> Vec<Vec<u8>> {
        Place::recent_claims(NOW)
            .flat_map(|place| self.read(secret, place).into_iter().rev())
            .collect()
    }

    fn read(&self, secret: &PairingSecret, place: Place) -> Vec<Vec<u8>> {
        let mut assembler = MessageAssembler::new(secret.message_key(place));
        for _ in 0..2 {
            for tag in assembler.wanted() {
                let found: Vec<&[u8]> = self
                    .0
                    .iter()
                    .filter(|block| block.tag == tag)
                    .map(|block| &block.data[..])
                    .collect();
                assembler.offer(&tag, &found);
            }
        }
        assembler
            .joined()
            .iter()
            .map(|joined| joined.bytes().to_vec())
            .collect()
    }
}

#[test]
fn the_same_messages_pair_over_the_tangle() {
    let mut device = Device::open(1);
    let secret = device.pairing.code().secret().clone();
    let mut posts = Posts::default();
    let abandoned = device.wallet_of(NOW - 500, 4);
    posts.post(&secret, Place::claims(NOW), abandoned.message());
    let wallet = device.wallet();
    posts.post(&secret, Place::claims(NOW), wallet.message());

    let mut replies = Vec::new();
    for claim in posts.read_claims(&secret).into_iter().rev() {
        match device.receive_at(NOW, Route::Tangle, &claim) {
            Reaction::Answer(reply) => replies.push(reply),
            Reaction::Cancelled => panic!("nobody gave up"),
            Reaction::Silence(why) => assert_eq!(why, Silence::Stale),
        }
    }
    assert_eq!(replies.len(), 1);
    posts.post(&secret, replies[0].place, &replies[0].message);

    let challenge = &posts.read(&secret, wallet.claim().challenge())[0];
    let answered = wallet
        .challenge(NOW, challenge)
        .unwrap()
        .answer(NOW, &wallet_key(), &mut rng(3))
        .unwrap();
    posts.post(&secret, answered.claim().answer(), answered.message());

    let answer = &posts.read(&secret, device.pairing.tangle_session().unwrap().answer())[0];
    let result = reply(device.receive_at(NOW, Route::Tangle, answer));
    posts.post(&secret, result.place, &result.message);
    let (paired, _) = answered
        .result(&posts.read(&secret, answered.claim().result())[0])
        .unwrap();
    assert_same(&paired, device.pairing.pending().unwrap());
}

fn cancelled(reaction: Reaction) {
    assert!(matches!(reaction, Reaction::Cancelled), "{reaction:?}");
}

#[test]
fn giving_up_one_claim_ends_no_pairing_of_another() {
    let mut device = Device::open(1);
    let given_up = device.wallet_of(NOW, 4);
    let wallet = device.wallet();
    let challenge = reply(device.receive_at(NOW, Route::Tangle, wallet.message())).message;
    let answered = answer_of(&wallet, &challenge);
    reply(device.receive_at(NOW, Route::Tangle, answered.message()));
    let given_up = cancel(&[given_up.claim()]);
    cancelled(device.receive_at(NOW, Route::Tangle, &given_up));
    assert_eq!(device.pairing.status(NOW), Status::PairedPending);
}

#[test]
fn a_session_that_was_given_up_is_in_nobodys_way() {
    let mut device = Device::open(1);
    let given_up = device.wallet_of(NOW, 4);
    reply(device.receive_at(NOW, Route::Tangle, given_up.message()));
    let next = device.wallet_of(NOW + 1, 5);
    let busy = device.receive_at(NOW + 1, Route::Tangle, next.message());
    assert!(matches!(refusal(&next, busy), Refusal::Busy { .. }));

    let cancel = cancel(&[given_up.claim()]);
    cancelled(device.receive_at(NOW + 2, Route::Tangle, &cancel));
    let again = device.receive_at(NOW + 2, Route::Tangle, &cancel);
    assert_eq!(silence(again), Silence::Repeated);
    let old = device.receive_at(NOW + 2, Route::Tangle, given_up.message());
    assert_eq!(silence(old), Silence::Repeated);
    reply(device.receive_at(NOW + 2, Route::Tangle, next.message()));
    assert_eq!(device.pairing.tangle_session(), Some(next.claim()));
}

#[test]
fn a_claim_that_was_cancelled_before_it_was_read_is_never_taken() {
    let mut device = Device::open(1);
    let claims: Vec<_> = (0..3).map(|n| device.wallet_of(NOW, 10 + n)).collect();
    let ids: Vec<_> = claims.iter().map(WalletPairing::claim).collect();
    cancelled(device.receive_at(NOW, Route::Tangle, &cancel(&ids)));
    for claim in &claims {
        let old = device.receive_at(NOW, Route::Tangle, claim.message());
        assert_eq!(silence(old), Silence::Repeated);
    }
}

#[test]
fn a_pairing_whose_wallet_missed_the_result_can_be_taken_back_within_the_window() {
    let mut device = Device::open(1);
    let wallet = device.wallet();
    let challenge = reply(device.receive_at(NOW, Route::Tangle, wallet.message())).message;
    let answered = answer_of(&wallet, &challenge);
    reply(device.receive_at(NOW, Route::Tangle, answered.message()));
    assert_eq!(device.pairing.status(NOW), Status::PairedPending);
    let state = device.pairing.to_state();

    cancelled(device.receive_at(NOW + 5, Route::Tangle, &cancel(&[wallet.claim()])));
    let seconds = u32::try_from(WINDOW - 5).unwrap();
    assert_eq!(
        device.pairing.status(NOW + 5),
        Status::Advertising { seconds }
    );

    // After a restart the window is gone, and the pairing can still be taken back.
    device.pairing = DevicePairing::from_state(&state).unwrap();
    assert_eq!(device.pairing.status(NOW + 5), Status::PairedPending);
    cancelled(device.receive_at(NOW + 5, Route::Tangle, &cancel(&[wallet.claim()])));
    assert_eq!(device.pairing.status(NOW + 5), Status::Unpaired);
}

#[test]
fn what_cancels_other_claims_or_is_no_cancel_ends_no_session() {
    let mut device = Device::open(1);
    let wallet = device.wallet();
    let other = device.wallet_of(NOW, 9);
    reply(device.receive_at(NOW, Route::Tangle, wallet.message()));
    cancelled(device.receive_at(NOW, Route::Tangle, &cancel(&[other.claim()])));
    let whole = cancel(&[wallet.claim()]);
    for wrong in [cancel(&[]), whole[..33].to_vec(), vec![1, 5, 0]] {
        let reaction = device.receive_at(NOW, Route::Tangle, &wrong);
        assert_eq!(silence(reaction), Silence::Malformed);
    }
    // Over Bluetooth the connection ends instead.
    assert_eq!(silence(device.receive(&whole)), Silence::OutOfTurn);
    assert_eq!(device.pairing.tangle_session(), Some(wallet.claim()));
}

#[test]
fn a_place_that_a_stranger_crowds_is_left_behind_with_the_next_claim() {
    let mut device = Device::open(1);
    let secret = device.pairing.code().secret().clone();
    let mut posts = Posts::default();
    let earlier = device.wallet_of(NOW - 60, 4);
    posts.post(&secret, Place::claims(NOW - 60), earlier.message());
    // Whoever saw that block knows its tag, and may write there.
    let seen = posts.0[0].tag;
    for n in 0..200 {
        let mut junk = posts.0[0].clone();
        junk.tag = seen;
        junk.data[5] ^= 1 + n;
        posts.0.push(junk);
    }
    let wallet = device.wallet_of(NOW, 5);
    posts.post(&secret, Place::claims(NOW), wallet.message());
    let first = posts.read_claims(&secret).remove(0);
    reply(device.receive_at(NOW, Route::Tangle, &first));
    assert_eq!(device.pairing.tangle_session(), Some(wallet.claim()));
}
