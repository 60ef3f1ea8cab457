//! A device and a phone with a pipe between them, and without a radio.

use core::time::Duration;

use channel::IdentityKey;
use pairing::bluetooth::{Assembler, Heard, Outgoing, Seat};
use pairing::{
    DevicePairing, Offer, Paired, Reaction, Route, Serial, Status, WalletAnswered, WalletPairing,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

pub(crate) const NOW: u64 = 1_790_000_000;
pub(crate) const START: Duration = Duration::ZERO;

/// The device with its radio: the seat, the state machine, and its own messages as frames.
pub(crate) struct Device {
    pub(crate) pairing: DevicePairing,
    identity: IdentityKey,
    rng: ChaCha20Rng,
    pub(crate) seat: Seat<&'static str>,
    pub(crate) outgoing: Outgoing,
    pub(crate) mtu: u16,
}

impl Device {
    pub(crate) fn listening(mtu: u16) -> Self {
        let identity = IdentityKey::from_seed(&[1; 32]);
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let mut pairing = DevicePairing::new(&identity.verifying(), Serial([0, 0, 0, 1]), &mut rng);
        pairing.open_window(NOW).unwrap();
        Self {
            pairing,
            identity,
            rng,
            seat: Seat::default(),
            outgoing: Outgoing::default(),
            mtu,
        }
    }

    /// One write; what the device notifies because of it.
    pub(crate) fn write(&mut self, central: &'static str, frame: &[u8]) -> Vec<Vec<u8>> {
        match self.seat.hear(START, central, frame) {
            Ok(Heard::Message(route, message)) => self.react(route, &message),
            Ok(Heard::Part) | Err(_) => Vec::new(),
        }
    }

    pub(crate) fn react(&mut self, route: Route, message: &[u8]) -> Vec<Vec<u8>> {
        let reaction = self.pairing.receive(
            NOW,
            route,
            message,
            &self.identity,
            &Offer::default(),
            &mut self.rng,
        );
        match reaction {
            Reaction::Answer(reply) => self.outgoing.frames(&reply.message, self.mtu).unwrap(),
            _ => Vec::new(),
        }
    }

    pub(crate) fn breaks_off(&mut self, central: &'static str) {
        if let Some(route) = self.seat.left(central) {
            self.pairing.disconnected(route);
        }
    }

    pub(crate) fn status(&mut self) -> Status {
        self.pairing.status(NOW)
    }
}

/// A wallet's connection.
#[derive(Default)]
pub(crate) struct Phone {
    pub(crate) outgoing: Outgoing,
    frames: Assembler,
}

impl Phone {
    pub(crate) fn hear(&mut self, notified: &[Vec<u8>]) -> Option<Vec<u8>> {
        let messages = notified
            .iter()
            .filter_map(|frame| self.frames.push(START, frame).unwrap());
        messages.last()
    }
}

pub(crate) fn random() -> ChaCha20Rng {
    seeded(9)
}

pub(crate) fn seeded(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

/// Sends a message over a channel that may do with its frames what it likes; gives what came back.
pub(crate) fn exchange(
    device: &mut Device,
    phone: &mut Phone,
    message: &[u8],
    channel: impl Fn(Vec<Vec<u8>>) -> Vec<Vec<u8>>,
) -> Option<Vec<u8>> {
    let written = channel(phone.outgoing.frames(message, device.mtu).unwrap());
    let notified: Vec<Vec<u8>> = written
        .iter()
        .flat_map(|frame| device.write("phone", frame))
        .collect();
    phone.hear(&channel(notified))
}

pub(crate) fn answer(wallet: &WalletPairing, challenge: &[u8]) -> WalletAnswered {
    let key = IdentityKey::from_seed(&[2; 32]);
    let challenged = wallet.challenge(NOW, challenge).unwrap();
    challenged.answer(NOW, &key, &mut random()).unwrap()
}

pub(crate) fn pair(device: &mut Device, channel: impl Fn(Vec<Vec<u8>>) -> Vec<Vec<u8>>) -> Paired {
    let mut phone = Phone::default();
    let wallet = WalletPairing::start(&device.pairing.code(), NOW, &mut random()).unwrap();
    let challenge = exchange(device, &mut phone, wallet.message(), &channel).unwrap();
    let answered = answer(&wallet, &challenge);
    let result = exchange(device, &mut phone, answered.message(), &channel).unwrap();
    answered.result(&result).unwrap().0
}

/// A device, a phone that claimed it, and what the device notified: CHALLENGE in frames.
pub(crate) fn claimed(seed: u8) -> (Device, Phone, WalletPairing, Vec<Vec<u8>>) {
    let mut device = Device::listening(517);
    let mut phone = Phone::default();
    let code = device.pairing.code();
    let wallet = WalletPairing::start(&code, NOW, &mut seeded(seed)).unwrap();
    let written = phone.outgoing.frames(wallet.message(), 517).unwrap();
    let notified = written
        .iter()
        .flat_map(|frame| device.write("phone", frame))
        .collect();
    (device, phone, wallet, notified)
}
