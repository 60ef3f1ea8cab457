//! Somebody with a radio of their own, who writes what they like: the wallet's own Bluetooth below its rules.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use channel::IdentityKey;
use pairing::bluetooth::{Assembler, Info, Outgoing};
use pairing::{DevicePairing, PairingCode, PairingError, Serial, WalletPairing};
use tokio::time::timeout;
use wallet::{Central as _, DesktopCentral, Nearby, NearbyError, Pipe};

use crate::repeated::AnotherAdvertisement;
use crate::stack::controllers;

const PATIENCE: Duration = Duration::from_secs(60);
/// How long silence is listened to before it counts as silence.
const SILENCE: Duration = Duration::from_secs(3);

/// A connection to the Pi.
pub(crate) struct Stranger {
    central: DesktopCentral,
    pipe: Box<dyn Pipe>,
    outgoing: Outgoing,
    frames: Assembler,
    began: Instant,
}

/// Whoever advertises pairing, as this adapter hears it.
pub(crate) async fn around(adapter: &str, within: Duration) -> anyhow::Result<Vec<Nearby>> {
    let _repeated = AnotherAdvertisement::begin().await;
    let central = DesktopCentral::open(Some(adapter)).await?;
    Ok(central.look(within, &|_| false).await?)
}

impl Stranger {
    /// Connects to the first device that is heard.
    pub(crate) async fn connect(adapter: &str) -> anyhow::Result<Self> {
        let _repeated = AnotherAdvertisement::begin().await;
        let central = DesktopCentral::open(Some(adapter)).await?;
        let found = central.look(PATIENCE, &|_| true).await?;
        let Some(device) = found.first() else {
            bail!("nothing was heard; {}", controllers().await?);
        };
        let pipe = central.connect(device).await?;
        Ok(Self {
            central,
            pipe,
            outgoing: Outgoing::default(),
            frames: Assembler::default(),
            began: Instant::now(),
        })
    }

    pub(crate) fn mtu(&self) -> u16 {
        self.pipe.mtu()
    }

    pub(crate) async fn info(&mut self) -> anyhow::Result<Info> {
        Ok(Info::from_bytes(&self.pipe.info().await?)?)
    }

    /// The frames of a message, as they would be written.
    pub(crate) fn frames(&mut self, message: &[u8]) -> anyhow::Result<Vec<Vec<u8>>> {
        Ok(self.outgoing.frames(message, self.pipe.mtu())?)
    }

    pub(crate) async fn write(&mut self, frame: &[u8]) -> Result<(), NearbyError> {
        self.pipe.write(frame).await
    }

    pub(crate) async fn send(&mut self, message: &[u8]) -> anyhow::Result<()> {
        for frame in self.frames(message)? {
            self.write(&frame).await?;
        }
        Ok(())
    }

    /// The next whole message.
    pub(crate) async fn hear(&mut self) -> anyhow::Result<Vec<u8>> {
        let heard = timeout(PATIENCE, async {
            loop {
                let frame = self.pipe.next().await?;
                if let Some(message) = self.frames.push(self.began.elapsed(), &frame)? {
                    return anyhow::Ok(message);
                }
            }
        });
        heard.await.context("the Pi said nothing")?
    }

    pub(crate) async fn hears_nothing(&mut self) -> anyhow::Result<()> {
        match timeout(SILENCE, self.pipe.next()).await {
            Err(_) => Ok(()),
            Ok(Ok(frame)) => bail!("the Pi said {} bytes", frame.len()),
            Ok(Err(error)) => bail!("{error}"),
        }
    }

    /// Claims the device; gives the claim, and CHALLENGE or the refusal.
    pub(crate) async fn claim(
        &mut self,
        code: &PairingCode,
    ) -> anyhow::Result<(WalletPairing, Vec<u8>)> {
        let claim = claim(code)?;
        self.send(claim.message()).await?;
        let answer = self.hear().await?;
        Ok((claim, answer))
    }

    /// Claims the device, which says no; gives the sentence that a wallet says then.
    pub(crate) async fn is_refused(&mut self, code: &PairingCode) -> anyhow::Result<String> {
        let (claim, answer) = self.claim(code).await?;
        match claim.challenge(now(), &answer) {
            Err(error @ PairingError::Refused(_)) => Ok(error.to_string()),
            Err(error) => bail!("no refusal, but {error}"),
            Ok(_) => bail!("the Pi did not refuse"),
        }
    }

    /// Ends the connection and waits until it is gone.
    pub(crate) async fn leave(self) {
        self.pipe.close();
        self.central.settle().await;
    }
}

/// CLAIM_DEVICE under this code.
pub(crate) fn claim(code: &PairingCode) -> Result<WalletPairing, PairingError> {
    WalletPairing::start(code, now(), &mut data_dir::random::generator())
}

/// What an honest wallet would answer to CHALLENGE.
pub(crate) fn answer(claim: &WalletPairing, challenge: &[u8]) -> anyhow::Result<Vec<u8>> {
    let key = IdentityKey::from_seed(&data_dir::random::bytes());
    let challenged = claim.challenge(now(), challenge)?;
    let answered = challenged.answer(now(), &key, &mut data_dir::random::generator())?;
    Ok(answered.message().to_vec())
}

/// A code of another secret for the same device.
pub(crate) fn wrong_code(of: &PairingCode) -> PairingCode {
    let identity = IdentityKey::from_seed(&data_dir::random::bytes());
    let serial = of.serial().unwrap_or(Serial([0; 4]));
    let mut random = data_dir::random::generator();
    DevicePairing::new(&identity.verifying(), serial, &mut random).code()
}

fn now() -> u64 {
    wallet::system_clock()()
}
