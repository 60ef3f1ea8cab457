//! The owner's wallet, as far as the device can see it.

use channel::{Chain, IdentityKey, LaneKeys, Pairwise, Reader, seal_message, seal_unsigned};
use consent::{Alert, Authorized, ConsentId, ContentHash, ControlMessage, Lanes, StatusMessage};
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use pairing::post::Place;
use pairing::{PairingCode, WalletPairing};
use pi_daemon::socket::{Answer, Request};

use super::{House, Provider};

pub struct Wallet {
    pub key: IdentityKey,
    pub control: Chain,
    status: Chain,
    device: channel::VerifyingIdentity,
    pub told: Vec<StatusMessage>,
}

impl Wallet {
    /// Pairs with the device over the Tangle, as `my-home pair` does.
    pub async fn pair(house: &mut House) -> Self {
        let Answer::Code { code, .. } = house.ask(Request::Pair { new_secret: false }).await else {
            panic!("no code")
        };
        let code: PairingCode = code.parse().unwrap();
        let key = IdentityKey::from_seed(&[0x77; 32]);
        let rng = &mut UnwrapErr(SysRng);

        let claim = WalletPairing::start(&code, house.now(), rng).unwrap();
        let claim_key = code.secret().message_key(Place::claims(house.now()));
        house
            .publish(&seal_unsigned(&claim_key, claim.message(), rng).unwrap())
            .await;
        house.seconds(2).await;
        let challenge = house
            .find(code.secret().message_key(claim.claim().challenge()))
            .await;
        let answer = claim
            .challenge(house.now(), challenge.joined()[0].bytes())
            .unwrap()
            .answer(house.now(), &key, rng)
            .unwrap();
        let answer_key = code.secret().message_key(answer.claim().answer());
        house
            .publish(&seal_unsigned(&answer_key, answer.message(), rng).unwrap())
            .await;
        house.seconds(2).await;
        let result = house
            .find(code.secret().message_key(answer.claim().result()))
            .await;
        let (paired, offer) = answer.result(result.joined()[0].bytes()).unwrap();
        assert_eq!(offer.lanes.len(), 9);

        let mut wallet = Self {
            key,
            control: Chain::new(*paired.to_device()),
            status: Chain::new(*paired.to_wallet()),
            device: paired.device.clone(),
            told: Vec::new(),
        };
        let added = ControlMessage::DeviceAdded {
            at: house.now(),
            network: "in-memory".to_owned(),
            owner_lanes: Lanes::default(),
        };
        wallet.send(house, &added).await;
        house.seconds(2).await;
        assert_eq!(house.ask_report().await.owner.state, "paired");
        wallet
    }

    /// Writes on the control channel.
    pub async fn send(&mut self, house: &House, message: &ControlMessage) {
        let signer = self.key.clone();
        self.send_signed_by(house, message, &signer).await;
        self.control.advance();
    }

    /// Puts a message where the next one is expected, signed by somebody.
    pub async fn send_signed_by(
        &self,
        house: &House,
        message: &ControlMessage,
        signer: &IdentityKey,
    ) {
        let body = message.to_bytes();
        let rng = &mut UnwrapErr(SysRng);
        house
            .publish(&seal_message(&self.control.current(), signer, "control", &body, rng).unwrap())
            .await;
    }

    /// Says yes to a provider.
    pub async fn authorise(
        &mut self,
        house: &House,
        provider: &Provider,
        lanes: &[&str],
        until: u64,
    ) {
        let authorized = provider.authorized(house, lanes, until, None);
        self.send(house, &ControlMessage::Authorized(Box::new(authorized)))
            .await;
    }

    pub async fn authorise_with(&mut self, house: &House, authorized: Authorized) {
        self.send(house, &ControlMessage::Authorized(Box::new(authorized)))
            .await;
    }

    pub async fn revoke(&mut self, house: &House, consent: ConsentId) {
        let at = house.now();
        self.send(house, &ControlMessage::AuthorizationRevoked { consent, at })
            .await;
    }

    /// Reads everything that the device has said since the last time.
    pub async fn listen(&mut self, house: &House) {
        loop {
            let letter = house.find(self.status.current()).await;
            let Some(opened) = letter.verified(&self.device, "status") else {
                return;
            };
            self.told
                .push(StatusMessage::from_bytes(&opened.body).unwrap());
            self.status.advance();
        }
    }

    pub fn alerts(&self) -> Vec<&Alert> {
        let alert = |told: &'_ StatusMessage| matches!(told, StatusMessage::Alert { .. });
        self.told
            .iter()
            .filter(|told| alert(told))
            .map(|told| match told {
                StatusMessage::Alert { alert, .. } => alert,
                _ => unreachable!(),
            })
            .collect()
    }

    /// The readers that the device's last OWNER_KEYS open.
    pub fn readers(&self) -> Vec<Reader> {
        let keys = self.told.iter().rev().find_map(|told| match told {
            StatusMessage::OwnerKeys { lanes } => Some(lanes),
            _ => None,
        });
        keys.unwrap()
            .iter()
            .map(|lane| {
                let pairwise = Pairwise::new(*lane.pairwise.expose());
                Reader::new(LaneKeys::from_bytes(&lane.keys).unwrap(), &pairwise).unwrap()
            })
            .collect()
    }
}

pub fn receipt() -> ContentHash {
    ContentHash::of(b"receipt")
}
