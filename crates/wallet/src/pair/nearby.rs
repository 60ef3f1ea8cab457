//! Adding a meter by holding the phone near it: the same handshake over Bluetooth LE.

use std::pin::pin;
use std::time::{Duration, Instant};

use pairing::bluetooth::local_name;
use pairing::near::NearKey;
use pairing::{Challenged, PairingCode, WalletPairing};

use super::standing::Standing;
use super::{PairStep, PairedDevice};
use crate::error::WalletError;
use crate::near::{self, NearDevice};
use crate::nearby::{Central, Nearby, NearbyError, Talk, choose, fits, would_answer};
use crate::post::Delivery;
use crate::wallet::Wallet;

/// How long a device is looked for before the Tangle is tried.
const LOOK: Duration = Duration::from_secs(15);

/// How long another device is looked for, when one was found that may be meant.
const FEW: Duration = Duration::from_secs(4);

/// How often a device is called, if the connection breaks before it has heard who calls: radios break some as they begin.
const CALLS: usize = 2;

/// How far pairing with a device nearby has come, for the screen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NearbyStep {
    /// Looking around.
    Looking,
    /// This device was found, and is being connected to.
    Found(Nearby),
    /// The handshake, over Bluetooth or over the Tangle.
    Pairing(PairStep),
    /// It does not work over Bluetooth, for this reason; the Tangle is tried now.
    OverTheTangle(NearbyError),
}

/// Who is called, and who hears how far it has come.
struct Call<'a, P> {
    central: &'a dyn Central,
    code: &'a PairingCode,
    /// One of several devices nearby.
    called: Option<&'a str>,
    progress: P,
}

impl Wallet {
    /// Pairs with the device of this code over Bluetooth, and if that does not work over the Tangle. `called` names one
    /// of several devices nearby. However it fails, the device is free for another attempt, unless it had heard the answer:
    /// then it waits for this wallet ([`NearbyError::Unfinished`]), until it is started anew.
    ///
    /// # Errors
    /// As [`Wallet::pair_unless`], and [`WalletError::Nearby`] where the person has to choose or do something.
    pub async fn pair_nearby(
        &self,
        central: Result<&dyn Central, NearbyError>,
        code: &PairingCode,
        called: Option<&str>,
        name: Option<String>,
        progress: impl Fn(NearbyStep) + Send + Sync,
        given_up: impl Future<Output = ()> + Send,
    ) -> Result<PairedDevice, WalletError> {
        let mut given_up = pin!(given_up);
        let standing = Standing::default();
        let by_radio =
            self.pair_by_radio(central, code, called, name.clone(), &progress, &standing);
        match standing.unless_given_up(by_radio, given_up.as_mut()).await {
            Err(WalletError::Nearby(why)) if !why.is_a_question() => {
                progress(NearbyStep::OverTheTangle(why));
                let step = |step| progress(NearbyStep::Pairing(step));
                self.pair_unless(code, name, step, given_up).await
            }
            done => done,
        }
    }

    async fn pair_by_radio(
        &self,
        central: Result<&dyn Central, NearbyError>,
        code: &PairingCode,
        called: Option<&str>,
        name: Option<String>,
        progress: &(impl Fn(NearbyStep) + Send + Sync),
        standing: &Standing,
    ) -> Result<PairedDevice, WalletError> {
        let _busy = self.busy.lock().await;
        self.sync_while_busy().await?;
        self.is_new_by_its_code(code)?;
        progress(NearbyStep::Looking);
        let central = central?;
        let step = |step| progress(NearbyStep::Pairing(step));
        let call = Call {
            central,
            code,
            called,
            progress,
        };
        let (mut talk, challenged) = self.called_by_radio(&call).await?;
        step(PairStep::Recognised);
        self.is_new(&challenged)?;
        let key_index = rand_core::Rng::next_u32(&mut crate::random());
        let signer = self.keys.device_signer(key_index);
        let answered = challenged.answer(self.now(), &signer, &mut crate::random())?;
        standing.answered();
        let result = talk.exchange(answered.message(), |message| answered.result(message));
        let (paired, offer) = result.await.map_err(unfinished)?;
        step(PairStep::Accepted);
        let mut added = self.add_device(&paired, &offer, name, key_index)?;
        standing.added();
        let cut_off = cut_off(talk, &paired.near_key()).await;
        match self.deliver().await? {
            Delivery::Sent => {}
            Delivery::Waiting(error) => return Err(error),
        }
        if let Some((mut device, trouble)) = cut_off {
            // What stands on the Tangle now, it cannot read there.
            let told = device.hand_over(self.added_by_hand(added.device)?).await;
            if let Err(error) = told {
                // It reads it as soon as it has a network, which it can be given for ten minutes.
                tracing::warn!("the device could not be told that it has an owner: {error}");
            }
            added.no_node = Some(trouble);
        }
        step(PairStep::Added);
        Ok(added)
    }

    /// A device that knows the code, and that nothing binds to this wallet yet.
    async fn called_by_radio(
        &self,
        call: &Call<'_, impl Fn(NearbyStep) + Send + Sync>,
    ) -> Result<(Talk, Challenged), WalletError> {
        for _ in 1..CALLS {
            match self.call_by_radio(call).await {
                Err(WalletError::Nearby(NearbyError::Broken(why))) => {
                    tracing::info!("the Bluetooth connection broke ({why}); once more");
                    call.central.settle().await;
                    (call.progress)(NearbyStep::Looking);
                }
                done => return done,
            }
        }
        self.call_by_radio(call).await
    }

    async fn call_by_radio(
        &self,
        call: &Call<'_, impl Fn(NearbyStep) + Send + Sync>,
    ) -> Result<(Talk, Challenged), WalletError> {
        let Call {
            central,
            code,
            called,
            ref progress,
        } = *call;
        let began = Instant::now();
        // What a typed code belongs to is only known when nobody else is there.
        let alone = |_: &Nearby| code.serial().is_none() && began.elapsed() > FEW;
        let enough = |device: &Nearby| fits(device, code, called) || alone(device);
        let found = central.look(LOOK, &enough).await?;
        let device = choose(found, code, called)?;
        progress(NearbyStep::Found(device.clone()));
        let mut talk = Talk::over(central.connect(&device).await?);
        let info = talk.info().await?;
        tracing::debug!("{} is {:?}", local_name(info.serial), info.condition);
        would_answer(info, code)?;

        progress(NearbyStep::Pairing(PairStep::Calling));
        let claim = WalletPairing::start(code, self.now(), &mut crate::random())?;
        let accept = |message: &[u8]| claim.challenge(self.now(), message);
        let challenged = talk.exchange(claim.message(), accept).await?;
        Ok((talk, challenged))
    }
}

/// The device once more, if it does not reach its node, and why. One that does is left: ending the connection takes seconds, and
/// nobody waits for it.
async fn cut_off(talk: Talk, key: &NearKey) -> Option<(NearDevice, String)> {
    let asked = async {
        let mut device = near::go_on(talk, key).await?;
        let node = device.node().await?;
        Ok::<_, WalletError>(node.trouble.map(|trouble| (device, trouble)))
    };
    match asked.await {
        Ok(cut_off) => cut_off,
        Err(error) => {
            tracing::debug!("the device does not say whether it reaches its node: {error}");
            None
        }
    }
}

/// From the answer on the device may have taken this wallet: it waits for it until it is started anew, or its window is opened.
fn unfinished(error: WalletError) -> WalletError {
    match error {
        WalletError::Nearby(_) => NearbyError::Unfinished.into(),
        other => other,
    }
}
