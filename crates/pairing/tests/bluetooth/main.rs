//! Pairing over Bluetooth LE without a radio: frames as a radio loses, doubles and reorders them, and who may talk
//! (`docs/protocol.md` section 5.5).
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod broken_connections;
mod device;
mod frames;
mod seat;

use pairing::bluetooth::{Condition, Info, InfoError, local_name, serial_in};
use pairing::near::{HINT_LEN, Hint};
use pairing::{Serial, Status, WalletPairing};

use crate::device::{Device, NOW, Phone, exchange, pair, seeded};

#[test]
fn a_device_and_a_wallet_pair_at_every_size_of_frame() {
    for mtu in [0, 23, 185, 247, 517, u16::MAX] {
        let mut device = Device::listening(mtu);
        let paired = pair(&mut device, |frames| frames);
        assert_eq!(device.status(), Status::PairedPending);
        let pending = device.pairing.pending().unwrap();
        assert_eq!(pending.to_device(), paired.to_device());
    }
}

#[test]
fn frames_that_are_doubled_or_turned_round_pair_too() {
    pair(&mut Device::listening(185), |mut frames| {
        frames.reverse();
        frames
    });
    pair(&mut Device::listening(185), |frames| {
        frames
            .into_iter()
            .flat_map(|frame| [frame.clone(), frame])
            .collect()
    });
}

#[test]
fn a_message_of_a_closed_window_or_an_owner_meets_what_it_meets_everywhere() {
    let mut device = Device::listening(517);
    let code = device.pairing.code();
    pair(&mut device, |frames| frames);
    device.pairing.added(NOW).unwrap();
    let wallet = WalletPairing::start(&code, NOW, &mut seeded(10)).unwrap();
    let mut phone = Phone::default();
    device.breaks_off("phone");
    let refused = exchange(&mut device, &mut phone, wallet.message(), |all| all).unwrap();
    assert_eq!(
        wallet.challenge(NOW, &refused).unwrap_err().to_string(),
        pairing::Refusal::AlreadyPaired.to_string()
    );
    device.pairing.remove();
    let photographed = WalletPairing::start(&code, NOW, &mut seeded(11)).unwrap();
    let said = exchange(&mut device, &mut phone, photographed.message(), |all| all);
    assert_eq!(
        said, None,
        "a photographed code and a closed window: silence"
    );
}

#[test]
fn what_a_device_says_of_itself_is_read_back() {
    for condition in [
        Condition::Closed,
        Condition::Listening,
        Condition::Busy,
        Condition::Paired,
        Condition::Locked,
        Condition::Near,
    ] {
        let serial = Serial([0, 0, 0, 42]);
        let hint = (condition == Condition::Near).then(|| Hint::from_bytes(&[7; HINT_LEN]));
        let info = Info {
            condition,
            serial,
            hint,
        };
        assert_eq!(Info::from_bytes(&info.to_bytes()), Ok(info));
        let longer = [&info.to_bytes()[..], b"of a later version"].concat();
        assert_eq!(Info::from_bytes(&longer), Ok(info));
    }
    assert_eq!(Info::from_bytes(&[]), Err(InfoError::Malformed));
    assert_eq!(
        Info::from_bytes(&[1, 9, 0, 0, 0, 0]),
        Err(InfoError::Malformed)
    );
    assert_eq!(Info::from_bytes(&[2, 0]), Err(InfoError::Version(2)));

    let name = local_name(Serial([0, 0, 0, 42]));
    assert_eq!(name, "Meterkast 0000002A");
    assert_eq!(serial_in(&name), Some(Serial([0, 0, 0, 42])));
    for other in ["Meterkast", "Meterkast 42", "Television 0000002A", ""] {
        assert_eq!(serial_in(other), None, "{other:?}");
    }
}
