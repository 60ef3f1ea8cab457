//! Messages over a pipe of frames.

use std::time::{Duration, Instant};

use pairing::PairingError;
use pairing::bluetooth::{Assembler, Info, Outgoing};
use tokio::time::timeout;

use super::{NearbyError, Pipe};
use crate::error::WalletError;

/// How long the device may take to answer a message.
const ANSWER: Duration = Duration::from_secs(15);

/// A conversation with a device; dropping it ends the connection.
pub(crate) struct Talk {
    pipe: Option<Box<dyn Pipe>>,
    outgoing: Outgoing,
    frames: Assembler,
    began: Instant,
}

impl Talk {
    pub(crate) fn over(pipe: Box<dyn Pipe>) -> Self {
        Self {
            pipe: Some(pipe),
            outgoing: Outgoing::default(),
            frames: Assembler::default(),
            began: Instant::now(),
        }
    }

    pub(crate) async fn info(&mut self) -> Result<Info, NearbyError> {
        Ok(Info::from_bytes(&self.pipe()?.info().await?)?)
    }

    /// Sends a message, and waits for the one that `accept` takes. Others, as those for another central, are passed over.
    pub(crate) async fn exchange<T>(
        &mut self,
        message: &[u8],
        accept: impl Fn(&[u8]) -> Result<T, PairingError>,
    ) -> Result<T, WalletError> {
        let answered = self.exchange_within(message, ANSWER, accept).await?;
        answered.ok_or_else(|| NearbyError::Silent.into())
    }

    /// As [`Talk::exchange`], with as much patience as that takes; nothing if it was not enough.
    pub(crate) async fn exchange_within<T>(
        &mut self,
        message: &[u8],
        patience: Duration,
        accept: impl FnMut(&[u8]) -> Result<T, PairingError>,
    ) -> Result<Option<T>, WalletError> {
        self.send(message).await?;
        timeout(patience, self.answer(accept))
            .await
            .ok()
            .transpose()
    }

    async fn send(&mut self, message: &[u8]) -> Result<(), NearbyError> {
        let mtu = self.pipe()?.mtu();
        let frames = self.outgoing.frames(message, mtu);
        let frames = frames.map_err(|error| NearbyError::Broken(error.to_string()))?;
        for frame in frames {
            self.pipe()?.write(&frame).await?;
        }
        Ok(())
    }

    async fn answer<T>(
        &mut self,
        mut accept: impl FnMut(&[u8]) -> Result<T, PairingError>,
    ) -> Result<T, WalletError> {
        loop {
            let frame = self.pipe()?.next().await?;
            let message = match self.frames.push(self.began.elapsed(), &frame) {
                Ok(Some(message)) => message,
                Ok(None) => continue,
                Err(error) => {
                    tracing::debug!("a frame was refused: {error}");
                    continue;
                }
            };
            match accept(&message) {
                Ok(accepted) => return Ok(accepted),
                Err(error) if error.is_final() => return Err(error.into()),
                Err(error) => tracing::debug!("a message was passed over: {error}"),
            }
        }
    }

    fn pipe(&mut self) -> Result<&mut Box<dyn Pipe>, NearbyError> {
        let closed = || NearbyError::Broken("it was closed".to_owned());
        self.pipe.as_mut().ok_or_else(closed)
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        if let Some(pipe) = self.pipe.take() {
            pipe.close();
        }
    }
}
