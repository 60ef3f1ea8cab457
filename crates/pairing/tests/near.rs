//! An owner nearby: who is heard, what a recording is worth, and when it is over (`docs/protocol.md` section 5.6).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use pairing::near::{
    Called, Calls, Hint, IDLE, MAX_ADDRESS, MAX_NETWORKS, NearCall, NearKey, NearTalk, Network,
    NetworkName, No, Password, Request, Response, Security, UNPROVEN,
};
use pairing::{PairingError, Route};
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;

const NOW: u64 = 1_790_000_000;
const PHONE: Route = Route::Bluetooth(1);
const OTHER: Route = Route::Bluetooth(2);

struct Device {
    calls: Calls,
    key: NearKey,
    rng: ChaCha20Rng,
    now: u64,
}

impl Device {
    fn that_may_be_called() -> Self {
        let mut device = Self {
            calls: Calls::default(),
            key: key(),
            rng: ChaCha20Rng::from_seed([1; 32]),
            now: NOW,
        };
        device.calls.open(NOW, 120, &mut device.rng);
        device
    }

    fn hears(&mut self, route: Route, message: &[u8]) -> Called {
        self.calls
            .hear(self.now, route, message, &self.key, &mut self.rng)
    }

    fn hears_request(&mut self, message: &[u8]) -> Request {
        match self.hears(PHONE, message) {
            Called::Request(request) => request,
            other => panic!("{other:?}"),
        }
    }

    fn answers(&mut self, route: Route, message: &[u8]) -> Vec<u8> {
        match self.hears(route, message) {
            Called::Answer(answer) => answer,
            other => panic!("{other:?}"),
        }
    }

    fn hint(&self) -> Hint {
        self.calls.hint(&self.key).unwrap()
    }
}

fn key() -> NearKey {
    NearKey::new(&[1; 32], &[2; 32])
}

fn call(key: &NearKey) -> NearCall {
    NearCall::start(key, &mut ChaCha20Rng::from_seed([9; 32])).unwrap()
}

/// A conversation in which something was said.
fn talk(device: &mut Device) -> NearTalk {
    let call = call(&key());
    let mut talk = call.taken(&device.answers(PHONE, call.message())).unwrap();
    let asked = talk.ask(&Request::Node).unwrap();
    assert_eq!(device.hears_request(&asked), Request::Node);
    let said = node();
    let response = device.calls.respond(device.now, PHONE, &said).unwrap();
    assert_eq!(talk.response(&response), Ok(said));
    talk
}

fn node() -> Response {
    Response::Node {
        address: "http://10.0.0.2:14265".into(),
        trouble: Some("nobody answers there".into()),
    }
}

#[test]
fn an_owner_asks_and_the_device_answers() {
    let mut device = Device::that_may_be_called();
    let mut talk = talk(&mut device);
    let join = Request::Join {
        name: NetworkName::new("Thuis"),
        password: Some(Password::new("correct horse battery")),
    };
    let asked = talk.ask(&join).unwrap();
    let Request::Join { name, password } = device.hears_request(&asked) else {
        panic!("another request");
    };
    assert_eq!(name.as_bytes(), b"Thuis");
    assert_eq!(password.unwrap().expose(), "correct horse battery");
    let response = device.calls.respond(NOW, PHONE, &Response::Joined).unwrap();
    assert_eq!(talk.response(&response), Ok(Response::Joined));
    let twice = talk.response(&response);
    assert_eq!(twice, Err(PairingError::NotAuthentic), "heard twice");
}

#[test]
fn a_stranger_meets_silence_and_is_in_nobodys_way() {
    let mut device = Device::that_may_be_called();
    let mut talk = talk(&mut device);
    for [control, status] in [[[1; 32], [3; 32]], [[3; 32], [2; 32]], [[2; 32], [1; 32]]] {
        let stranger = call(&NearKey::new(&control, &status));
        assert_eq!(device.hears(OTHER, stranger.message()), Called::Silence);
    }
    assert_eq!(device.hears(OTHER, &[1, 6]), Called::Silence);
    assert_eq!(device.hears(OTHER, b""), Called::Silence);
    let asked = talk.ask(&Request::Meter).unwrap();
    assert_eq!(device.hears(OTHER, &asked), Called::Silence, "not its way");
    assert_eq!(device.hears_request(&asked), Request::Meter);
}

#[test]
fn nothing_is_taken_when_the_owner_may_not_call() {
    let mut device = Device::that_may_be_called();
    device.now = NOW + 120;
    assert_eq!(device.calls.seconds_left(device.now), None);
    assert_eq!(device.hears(PHONE, call(&key()).message()), Called::Silence);
    device.now = NOW;
    device.calls.open(NOW, 120, &mut device.rng);
    device.calls.close();
    assert_eq!(device.hears(PHONE, call(&key()).message()), Called::Silence);
    assert_eq!(device.calls.hint(&device.key), None);
    device.calls.open(NOW, 120, &mut device.rng);
    device.now = NOW - 1;
    let set_back = device.hears(PHONE, call(&key()).message());
    assert_eq!(set_back, Called::Silence, "a clock that was set back");
}

#[test]
fn a_recording_is_worth_nothing() {
    let mut device = Device::that_may_be_called();
    let recorded = call(&key());
    let mut owner = recorded
        .taken(&device.answers(PHONE, recorded.message()))
        .unwrap();
    let asked = owner.ask(&Request::Wifi).unwrap();
    device.hears_request(&asked);
    device.calls.lost(PHONE);

    // The call is answered again, with other keys: what was asked then opens to nothing now.
    device.answers(OTHER, recorded.message());
    assert_eq!(device.hears(OTHER, &asked), Called::Silence);
    device.answers(OTHER, recorded.message());
    assert_eq!(device.calls.seconds_left(NOW), Some(u32::MAX));
    device.calls.close();
    let soon_over = device.calls.seconds_left(NOW + UNPROVEN);
    assert_eq!(soon_over, None, "who proves nothing is not waited for");
}

#[test]
fn what_the_device_says_cannot_be_played_back_or_turned_round() {
    let mut device = Device::that_may_be_called();
    let first = call(&key());
    let taken = device.answers(PHONE, first.message());
    let second = NearCall::start(&key(), &mut ChaCha20Rng::from_seed([8; 32])).unwrap();
    assert!(second.taken(&taken).is_err(), "of another call");
    assert!(first.taken(first.message()).is_err(), "its own");
    let mut talk = first.taken(&taken).unwrap();
    let asked = talk.ask(&Request::Node).unwrap();
    assert!(talk.response(&asked).is_err(), "its own request");
    device.hears_request(&asked);
    let response = device.calls.respond(NOW, PHONE, &node()).unwrap();
    assert_eq!(
        device.hears(PHONE, &response),
        Called::Silence,
        "its own answer"
    );
}

#[test]
fn a_conversation_ends_with_its_connection_or_when_nothing_is_said() {
    let mut device = Device::that_may_be_called();
    let mut silent = talk(&mut device);
    device.now = NOW + IDLE;
    let asked = silent.ask(&Request::Node).unwrap();
    assert_eq!(device.hears(PHONE, &asked), Called::Silence);

    let mut device = Device::that_may_be_called();
    let mut cut = talk(&mut device);
    device.calls.lost(OTHER);
    let asked = cut.ask(&Request::Node).unwrap();
    device.hears_request(&asked);
    device.calls.lost(PHONE);
    assert_eq!(device.calls.respond(NOW, PHONE, &node()), None);
    let asked = cut.ask(&Request::Node).unwrap();
    assert_eq!(device.hears(PHONE, &asked), Called::Silence);
}

#[test]
fn a_conversation_outlives_the_time_to_call() {
    let mut device = Device::that_may_be_called();
    let mut talk = talk(&mut device);
    device.now = NOW + IDLE - 1;
    device.calls.close();
    let asked = talk.ask(&Request::Node).unwrap();
    device.hears_request(&asked);
    device.now += IDLE - 1;
    let asked = talk.ask(&Request::Node).unwrap();
    device.hears_request(&asked);
}

#[test]
fn only_the_owner_recognises_a_device_and_each_time_it_shows_something_else() {
    let mut device = Device::that_may_be_called();
    let shown = device.hint();
    assert!(key().recognises(shown));
    assert!(!NearKey::new(&[1; 32], &[3; 32]).recognises(shown));
    assert_eq!(Hint::from_bytes(&shown.to_bytes()), shown);
    device.calls.open(NOW + 60, 120, &mut device.rng);
    assert_eq!(device.hint(), shown, "still the same time");
    assert_eq!(device.calls.seconds_left(NOW + 60), Some(120));
    device.calls.open(NOW + 61, 10, &mut device.rng);
    assert_eq!(device.calls.seconds_left(NOW + 61), Some(119), "not less");
    device.calls.close();
    device.calls.open(NOW + 60, 120, &mut device.rng);
    assert_ne!(device.hint(), shown);
    assert!(key().recognises(device.hint()));
}

#[test]
fn a_request_that_cannot_be_meant_is_refused_and_the_conversation_goes_on() {
    let join = |name: &str, password: &str| Request::Join {
        name: NetworkName::new(name),
        password: Some(Password::new(password)),
    };
    let use_node = |address: String| Request::UseNode { address };
    let mut device = Device::that_may_be_called();
    let mut talk = talk(&mut device);
    for (request, why) in [
        (join("", "long enough"), No::NotHeard),
        (join(&"n".repeat(33), "long enough"), No::NotHeard),
        (join("Thuis", "short"), No::Password),
        (join("Thuis", "two\nlines"), No::Password),
        (use_node(String::new()), No::Address),
        (use_node("h".repeat(MAX_ADDRESS + 1)), No::Address),
    ] {
        let asked = talk.ask(&request).unwrap();
        let answer = device.answers(PHONE, &asked);
        assert_eq!(talk.response(&answer), Ok(Response::no(why)), "{request:?}");
    }
    let longest = use_node("h".repeat(MAX_ADDRESS));
    let asked = talk.ask(&longest).unwrap();
    assert_eq!(device.hears_request(&asked), longest);
}

#[test]
fn a_device_that_says_too_much_is_cut_short() {
    let mut device = Device::that_may_be_called();
    let mut talk = talk(&mut device);
    let network = |name: String| Network {
        name: NetworkName::new(name),
        strength: 50,
        security: Security::Password,
        joined: false,
    };
    let mut networks = vec![network(String::new()), network("n".repeat(33))];
    networks.extend((0..100).map(|n| network(format!("network {n}"))));
    let asked = talk.ask(&Request::Wifi).unwrap();
    device.hears_request(&asked);
    let said = Response::Wifi { networks };
    let response = device.calls.respond(NOW, PHONE, &said).unwrap();
    let Ok(Response::Wifi { networks }) = talk.response(&response) else {
        panic!("no networks");
    };
    assert_eq!(networks.len(), MAX_NETWORKS);
    assert!(networks.iter().all(|network| network.name.is_one()));
}

#[test]
fn secrets_and_names_of_strangers_do_not_reach_a_terminal() {
    let join = Request::Join {
        name: NetworkName::new("evil\u{1b}[2J"),
        password: Some(Password::new("correct horse battery")),
    };
    let printed = format!("{join:?} {:?}", key());
    assert_eq!(
        printed,
        r#"Join { name: "evil [2J", password: Some(Password(..)) } NearKey(..)"#
    );
    assert_eq!(NetworkName::new([0xff, b'x']).to_string(), "\u{fffd}x");
}

#[test]
fn what_stands_between_owner_and_device_prints_its_state_and_no_secret() {
    let mut device = Device::that_may_be_called();
    assert_eq!(format!("{:?}", device.calls), "Calls(open)");
    let call = call(&key());
    let talk = call.taken(&device.answers(PHONE, call.message())).unwrap();
    assert_eq!(format!("{call:?} {talk:?}"), "NearCall(..) NearTalk(..)");
    assert_eq!(format!("{:?}", device.calls), "Calls(in conversation)");
    device.calls.end();
    assert_eq!(format!("{:?}", device.calls), "Calls(closed)");
}

#[test]
fn without_an_owner_nobody_is_listened_to() {
    let mut device = Device::that_may_be_called();
    let mut talk = talk(&mut device);
    device.calls.end();
    assert_eq!(device.calls.seconds_left(NOW), None);
    let asked = talk.ask(&Request::Node).unwrap();
    assert_eq!(device.hears(PHONE, &asked), Called::Silence);
    assert_eq!(device.hears(PHONE, call(&key()).message()), Called::Silence);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn one_bit_that_is_changed_on_the_way_is_one_too_many(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let mut device = Device::that_may_be_called();
        let call = call(&key());
        let flip = |message: &[u8]| {
            let mut message = message.to_vec();
            let at = at.index(message.len());
            message.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << bit);
            message
        };
        prop_assert_eq!(device.hears(PHONE, &flip(call.message())), Called::Silence);
        let taken = device.answers(PHONE, call.message());
        // The last NTRU key of the second message is sent for the pattern's sake; the hash covers it all the same.
        prop_assert!(call.taken(&flip(&taken)).is_err());
        let mut talk = call.taken(&taken).unwrap();
        let asked = talk.ask(&Request::Node).unwrap();
        prop_assert_eq!(device.hears(PHONE, &flip(&asked)), Called::Silence);
    }

    #[test]
    fn what_is_asked_arrives_as_it_was_asked(
        name in prop::collection::vec(any::<u8>(), 1..=32),
        password in prop::option::of("[ -~]{8,63}"),
        address in "[ -~]{1,1024}",
    ) {
        let mut device = Device::that_may_be_called();
        let mut talk = talk(&mut device);
        let join = Request::Join {
            name: NetworkName::new(name),
            password: password.map(Password::new),
        };
        for request in [Request::Wifi, join, Request::UseNode { address }] {
            let asked = talk.ask(&request).unwrap();
            prop_assert_eq!(device.hears_request(&asked), request);
        }
    }
}
