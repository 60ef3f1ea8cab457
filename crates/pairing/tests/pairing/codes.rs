//! A pairing code: what it names, what is wrong with it, and that nothing prints its secret.

use pairing::{CodeError, PairingCode, Silence, Status, WalletPairing};

use crate::device::{Device, NOW, assert_same, pair, rng, silence};

#[test]
fn a_scanned_code_says_which_device_it_is_for_and_prints_no_secret() {
    let code = Device::new(1).pairing.code();
    let scanned: PairingCode = code.to_uri().unwrap().parse().unwrap();
    let serial = scanned.serial().unwrap();
    assert_eq!(scanned.identity(), code.identity());
    assert_eq!(Some(serial), code.serial());
    let name = serial.to_string();
    assert_eq!(name, data_encoding::HEXUPPER.encode(&serial.0));
    let typed: PairingCode = code.to_typed().parse().unwrap();
    assert_eq!((typed.serial(), typed.identity()), (None, None));

    let printed = format!("{scanned:?} {:?}", scanned.secret());
    assert!(
        printed.starts_with("PairingCode { device: Some("),
        "{printed}"
    );
    assert!(printed.ends_with(".. } PairingSecret(..)"), "{printed}");
}

#[test]
fn every_form_of_the_code_pairs() {
    let mut device = Device::open(1);
    let typed: PairingCode = device.pairing.code().to_typed().parse().unwrap();
    assert_eq!(typed.identity(), None);
    let wallet = WalletPairing::start(&typed, NOW, &mut rng(4)).unwrap();
    let challenge = device.answer(wallet.message());
    let challenged = wallet.challenge(NOW, &challenge).unwrap();
    assert_eq!(
        challenged.device().to_bytes()[..],
        device.identity.verifying().to_bytes()[..]
    );
}

#[test]
fn wrong_codes_are_named() {
    let code = Device::new(1).pairing.code();
    let uri = code.to_uri().unwrap();
    assert_eq!(uri.parse::<PairingCode>().unwrap(), code);
    let page = uri.replace("meterkast://pair", "https://meterkast.example/pair");
    assert_eq!(page.parse::<PairingCode>().unwrap(), code);
    let error = |text: &str| text.parse::<PairingCode>().unwrap_err();
    assert_eq!(error("  "), CodeError::Empty);
    assert_eq!(
        error(&uri[..uri.len() - 4]),
        CodeError::CutOff {
            found: 56,
            expected: 60
        }
    );
    assert_eq!(
        error(&uri[..uri.len() - 3]),
        CodeError::CutOff {
            found: 57,
            expected: 60
        }
    );
    assert_eq!(error(uri.split('#').next().unwrap()), CodeError::NoSecret);
    assert_eq!(
        error("mailto://x"),
        CodeError::Scheme {
            found: "mailto".into()
        }
    );
    assert_eq!(
        error("meterkast://consent?n=x&r=y"),
        CodeError::NotPairing {
            found: "consent".into()
        }
    );
    assert_eq!(
        error("meterkast://pair#ab%c"),
        CodeError::BadCharacter {
            position: 3,
            found: '%'
        }
    );
    // What a stranger's code says is repeated as text, without what would steer a terminal or turn the line around.
    assert_eq!(
        error("mai\u{1b}[2Jlto\u{202e}://x"),
        CodeError::Scheme {
            found: "mai [2Jlto".into()
        }
    );
    assert_eq!(
        error("meterkast://con\u{202e}sent?n=x"),
        CodeError::NotPairing {
            found: "consent".into()
        }
    );
    assert_eq!(
        error("meterkast://pair#ab\u{1b}c"),
        CodeError::BadCharacter {
            position: 3,
            found: '\u{fffd}'
        }
    );
    let later = format!(
        "meterkast://pair#{}",
        data_encoding::BASE64URL_NOPAD.encode(&[2; 45])
    );
    assert_eq!(error(&later), CodeError::Version { found: 2 });
}

#[test]
fn nothing_prints_a_secret() {
    let mut device = Device::open(1);
    let code = device.pairing.code();
    let text = code.to_uri().unwrap();
    let secret = text.split('#').nth(1).unwrap().to_owned();
    let paired = pair(&mut device);
    let printed = format!(
        "{code:?} {:?} {:?} {paired:?}",
        device.pairing,
        code.secret()
    );
    assert!(!printed.contains(&secret[4..20]));
    assert!(printed.contains("PairingSecret(..)"), "{printed}");
}

#[test]
fn a_new_code_opens_the_lock_and_ends_the_old_one() {
    let mut device = Device::open(1);
    let old = device.pairing.code();
    for seed in 0..5 {
        silence(device.receive(Device::new(2).wallet_of(NOW, seed).message()));
    }
    let code = device.pairing.renew_secret(&mut rng(50));
    assert_ne!(code, old);
    device.pairing.open_window(NOW).unwrap();
    let photographed = WalletPairing::start(&old, NOW, &mut rng(9)).unwrap();
    assert_eq!(
        silence(device.receive(photographed.message())),
        Silence::WrongSecret
    );
    pair(&mut device);
}

#[test]
fn a_new_code_takes_no_device_from_its_owner_and_ends_a_window() {
    let mut owned = Device::open(1);
    let wallet = pair(&mut owned);
    owned.pairing.added(NOW + 5).unwrap();
    owned.pairing.renew_secret(&mut rng(50));
    assert_same(&wallet, owned.pairing.paired().unwrap());

    let mut open = Device::open(1);
    open.pairing.renew_secret(&mut rng(50));
    assert_eq!(open.pairing.status(NOW), Status::Unpaired);
}
