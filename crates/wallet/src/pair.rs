//! Adding a meter, over the Tangle or by radio, and removing one.

mod nearby;
mod standing;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use channel::{MessageKey, seal_unsigned};
use consent::{DeviceId, DeviceSecrets, JournalEntry, Lanes, Secret};
use pairing::post::{self, ClaimId, Place};
use pairing::{
    Challenged, IdentityHash, Offer, Paired, PairingCode, PairingError, Refusal, WalletAnswered,
    WalletPairing,
};
use readings::{Granularity, Lane};
use tangle::Tag;

use crate::error::WalletError;
use crate::letters;
use crate::post::Delivery;
use crate::wallet::Wallet;

pub use nearby::NearbyStep;
use standing::Standing;

const POLL: Duration = Duration::from_millis(250);
/// A claim is made anew after this long: one that the device finds after its window opened has to be fresh.
const CLAIM_AGAIN: u64 = 30;
/// How long telling the device that this wallet gave up may take.
const TAKE_BACK: Duration = Duration::from_secs(10);
/// As long as the device's window.
const PATIENCE: u64 = pairing::WINDOW;

/// How far a pairing has come, for the screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PairStep {
    /// The device was called and has not answered yet.
    Calling,
    /// The device has shown who it is.
    Recognised,
    /// The device has taken this wallet as its owner.
    Accepted,
    /// It stands in the journal, and the device knows.
    Added,
}

/// A device that was paired.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PairedDevice {
    /// Which device.
    pub device: DeviceId,
    /// What it is called.
    pub name: String,
    /// The lanes that it can publish.
    pub lanes: Lanes,
    /// The lanes that its owner reads from the start.
    pub owner_lanes: Lanes,
    /// Why it does not reach its node, in English, if it said so.
    pub no_node: Option<String>,
}

/// One attempt to pair, and the claims that stand until it succeeds or is taken back.
struct Attempt<'a> {
    code: &'a PairingCode,
    claims: Mutex<Vec<ClaimId>>,
    standing: Standing,
}

impl<'a> Attempt<'a> {
    fn new(code: &'a PairingCode) -> Self {
        Self {
            code,
            claims: Mutex::default(),
            standing: Standing::default(),
        }
    }

    fn key(&self, place: Place) -> MessageKey {
        self.code.secret().message_key(place)
    }

    fn claims(&self) -> std::sync::MutexGuard<'_, Vec<ClaimId>> {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It succeeded: whatever goes wrong from here on, nothing is taken back.
    fn stands(&self) {
        self.standing.added();
        self.claims().clear();
    }
}

impl Wallet {
    /// Pairs with the device of this code, over the Tangle. `name` is what its owner calls it.
    ///
    /// # Errors
    /// [`WalletError::Pairing`] with what the device said; [`WalletError::NoAnswer`] after two minutes of silence.
    pub async fn pair(
        &self,
        code: &PairingCode,
        name: Option<String>,
        progress: impl Fn(PairStep) + Send,
    ) -> Result<PairedDevice, WalletError> {
        self.pair_unless(code, name, progress, std::future::pending())
            .await
    }

    /// As [`Wallet::pair`], until the person gives up. However it fails, the device is told, so that the next attempt need
    /// not wait for this one. Once the device is in the journal nobody gives up any more.
    ///
    /// # Errors
    /// As [`Wallet::pair`], and [`WalletError::GivenUp`].
    pub async fn pair_unless(
        &self,
        code: &PairingCode,
        name: Option<String>,
        progress: impl Fn(PairStep) + Send,
        given_up: impl Future<Output = ()> + Send,
    ) -> Result<PairedDevice, WalletError> {
        let attempt = Attempt::new(code);
        let pairing = self.try_to_pair(&attempt, name, progress);
        let paired = attempt.standing.unless_given_up(pairing, given_up).await;
        if paired.is_err() {
            self.take_back(&attempt).await;
        }
        paired
    }

    async fn try_to_pair(
        &self,
        attempt: &Attempt<'_>,
        name: Option<String>,
        progress: impl Fn(PairStep) + Send,
    ) -> Result<PairedDevice, WalletError> {
        let _busy = self.busy.lock().await;
        self.sync_while_busy().await?;
        self.is_new_by_its_code(attempt.code)?;
        progress(PairStep::Calling);
        let challenged = self.call(attempt).await?;
        progress(PairStep::Recognised);
        self.is_new(&challenged)?;
        let key_index = rand_core::Rng::next_u32(&mut crate::random());
        let (paired, offer) = self.answer(attempt.code, challenged, key_index).await?;
        progress(PairStep::Accepted);
        let added = self.add_device(&paired, &offer, name, key_index)?;
        attempt.stands();
        match self.deliver().await? {
            Delivery::Sent => progress(PairStep::Added),
            Delivery::Waiting(error) => return Err(error),
        }
        Ok(added)
    }

    fn is_new(&self, challenged: &Challenged) -> Result<(), WalletError> {
        self.is_not_known(DeviceId::of(challenged.device().as_bytes()))
    }

    /// A code names its device, unless it was typed. One that is this wallet's already would not answer: it has heard that
    /// by now, even if the wallet was killed before it could tell.
    fn is_new_by_its_code(&self, code: &PairingCode) -> Result<(), WalletError> {
        match code.identity() {
            Some(IdentityHash(named)) => self.is_not_known(DeviceId(named)),
            None => Ok(()),
        }
    }

    fn is_not_known(&self, device: DeviceId) -> Result<(), WalletError> {
        let inner = self.inner();
        let known = inner.view.device(device);
        if known.is_some_and(|known| known.removed_at.is_none()) {
            return Err(WalletError::DeviceKnown);
        }
        Ok(())
    }

    async fn call(&self, attempt: &Attempt<'_>) -> Result<Challenged, WalletError> {
        let start = self.now();
        let mut claims: Vec<WalletPairing> = Vec::new();
        let mut last_claim = 0;
        let mut refusal = None;
        loop {
            let now = self.now();
            if now.saturating_sub(start) >= PATIENCE {
                return Err(refusal.map_or(WalletError::NoAnswer, WalletError::Pairing));
            }
            if claims.is_empty() || now.saturating_sub(last_claim) >= CLAIM_AGAIN {
                claims.push(self.claim(attempt, now).await?);
                last_claim = now;
            }
            for claim in &claims {
                for message in self
                    .read_unsigned(attempt.key(claim.claim().challenge()))
                    .await?
                {
                    match claim.challenge(now, &message) {
                        Ok(challenged) => return Ok(challenged),
                        // An earlier claim of this very wallet may be what the device is busy with.
                        Err(error @ PairingError::Refused(Refusal::Busy { .. })) => {
                            refusal = Some(error)
                        }
                        Err(error) if error.is_final() => return Err(error.into()),
                        Err(_) => {}
                    }
                }
            }
            tokio::time::sleep(POLL).await;
        }
    }

    async fn claim(&self, attempt: &Attempt<'_>, now: u64) -> Result<WalletPairing, WalletError> {
        let claim = WalletPairing::start(attempt.code, now, &mut crate::random())?;
        attempt.claims().push(claim.claim());
        self.post_unsigned(&attempt.key(Place::claims(now)), claim.message())
            .await?;
        Ok(claim)
    }

    /// Tells the device that nobody will answer to these claims any more. If that does not arrive, it waits them out.
    async fn take_back(&self, attempt: &Attempt<'_>) {
        let claims = std::mem::take(&mut *attempt.claims());
        if claims.is_empty() {
            return;
        }
        let key = attempt.key(Place::claims(self.now()));
        let cancel = post::cancel(&claims);
        let told = tokio::time::timeout(TAKE_BACK, self.post_unsigned(&key, &cancel)).await;
        if !matches!(told, Ok(Ok(()))) {
            tracing::debug!("the device could not be told that pairing was given up");
        }
    }

    async fn answer(
        &self,
        code: &PairingCode,
        challenged: Challenged,
        key_index: u32,
    ) -> Result<(Paired, Offer), WalletError> {
        let signer = self.keys.device_signer(key_index);
        let answered = challenged.answer(self.now(), &signer, &mut crate::random())?;
        self.post_unsigned(
            &code.secret().message_key(answered.claim().answer()),
            answered.message(),
        )
        .await?;
        self.wait_for_result(code, &answered).await
    }

    async fn wait_for_result(
        &self,
        code: &PairingCode,
        answered: &WalletAnswered,
    ) -> Result<(Paired, Offer), WalletError> {
        let start = self.now();
        while self.now().saturating_sub(start) < pairing::SESSION {
            for message in self
                .read_unsigned(code.secret().message_key(answered.claim().result()))
                .await?
            {
                match answered.result(&message) {
                    Ok(result) => return Ok(result),
                    Err(error) if error.is_final() => return Err(error.into()),
                    Err(_) => {}
                }
            }
            tokio::time::sleep(POLL).await;
        }
        Err(PairingError::TimedOut.into())
    }

    fn add_device(
        &self,
        paired: &Paired,
        offer: &Offer,
        name: Option<String>,
        key_index: u32,
    ) -> Result<PairedDevice, WalletError> {
        let lanes: Lanes = offer
            .lanes
            .iter()
            .filter_map(|offered| Lane::from_code(offered.lane).ok())
            .collect();
        let owner_lanes: Lanes = lanes
            .iter()
            .filter(|lane| lane.granularity != Granularity::Live)
            .collect();
        let secrets = DeviceSecrets {
            identity_key: paired.device.to_bytes(),
            name: name.unwrap_or_else(|| offer.name.clone()),
            control: Secret(*paired.to_device()),
            status: Secret(*paired.to_wallet()),
            key_index,
            lanes: lanes.clone(),
            owner_lanes: owner_lanes.clone(),
        };
        let added = PairedDevice {
            device: secrets.device(),
            name: secrets.name.clone(),
            lanes,
            owner_lanes,
            no_node: None,
        };
        self.inner()
            .decide(self.now(), JournalEntry::DeviceAdded(Box::new(secrets)))?;
        Ok(added)
    }

    /// Removes a device: everything shared from it ends, and it erases itself.
    ///
    /// # Errors
    /// [`WalletError`].
    pub async fn remove_device(&self, device: DeviceId) -> Result<Delivery, WalletError> {
        self.act(JournalEntry::DeviceDeleted { device }).await
    }

    /// Gives a device another name.
    ///
    /// # Errors
    /// [`WalletError`].
    pub async fn rename_device(
        &self,
        device: DeviceId,
        name: String,
    ) -> Result<Delivery, WalletError> {
        self.act(JournalEntry::DeviceRenamed { device, name }).await
    }

    async fn post_unsigned(&self, key: &MessageKey, message: &[u8]) -> Result<(), WalletError> {
        for fragment in seal_unsigned(key, message, &mut crate::random())?
            .iter()
            .rev()
        {
            self.tangle()?
                .publish(Tag(fragment.tag.into()), fragment.data.as_slice())
                .await?;
        }
        Ok(())
    }

    async fn read_unsigned(&self, key: MessageKey) -> Result<Vec<Vec<u8>>, WalletError> {
        let found = letters::fetch(self.tangle()?, [key]).await?;
        Ok(found
            .iter()
            .flat_map(|message| message.joined())
            .map(|joined| joined.bytes().to_vec())
            .collect())
    }
}
