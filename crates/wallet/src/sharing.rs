//! What is shared: pausing, resuming, stopping, and asking to erase.

use std::time::Duration;

use consent::{
    ConsentId, ConsentState, ConsentView, DeviceId, DeviceStatus, DeviceView, JournalEntry, Step,
};

use crate::error::WalletError;
use crate::post::Delivery;
use crate::wallet::Wallet;

const POLL: Duration = Duration::from_millis(200);

/// One step of an end, as it is shown while it happens.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum StopStep {
    /// It stands in the journal, and device and service are told.
    Told {
        /// When, in unix seconds.
        at: u64,
    },
    /// The device has changed the keys.
    KeysChanged {
        /// When that was heard, in unix seconds.
        at: u64,
        /// The end of the last slot that the service can open; absent if it never could open one.
        last_readable: Option<u64>,
    },
    /// The service has said that it stopped.
    ServiceStopped {
        /// When that was heard, in unix seconds.
        at: u64,
    },
    /// The service says that everything is erased.
    Erased {
        /// When that was heard, in unix seconds.
        at: u64,
        /// How many readings it says it has erased.
        readings: u64,
    },
}

/// How far an end has come when the waiting ended.
#[derive(Debug)]
pub struct Stopped {
    /// Which consent.
    pub consent: ConsentId,
    /// The steps, in the order in which they happened.
    pub steps: Vec<StopStep>,
    /// False if not all of it has happened yet; the rest follows by itself.
    pub complete: bool,
    /// Whether it was told at all, or waits for the node.
    pub delivery: Delivery,
}

impl Wallet {
    /// The devices, removed ones too.
    pub fn devices(&self) -> Vec<DeviceView> {
        self.inner().view.devices().cloned().collect()
    }

    /// What a device last said about its health.
    ///
    /// # Errors
    /// [`WalletError::Store`].
    pub fn device_status(&self, device: DeviceId) -> Result<Option<DeviceStatus>, WalletError> {
        Ok(self.inner().status(device)?)
    }

    /// The consents, ended ones too, newest first.
    pub fn consents(&self) -> Vec<ConsentView> {
        let mut consents: Vec<ConsentView> = self.inner().view.consents().cloned().collect();
        consents.sort_unstable_by_key(|consent| std::cmp::Reverse(consent.authorised_at));
        consents
    }

    /// One consent.
    ///
    /// # Errors
    /// [`WalletError::UnknownConsent`].
    pub fn consent(&self, consent: ConsentId) -> Result<ConsentView, WalletError> {
        let inner = self.inner();
        inner
            .view
            .consent(consent)
            .cloned()
            .ok_or_else(|| WalletError::UnknownConsent(consent.to_string()))
    }

    /// Whether the site of a request vouched for it when it was opened.
    pub fn site_checked(&self, consent: ConsentId) -> bool {
        let inner = self.inner();
        inner
            .view
            .request(consent)
            .is_some_and(|request| request.site_checked)
    }

    /// The time of this wallet's clock, in unix seconds.
    pub fn time(&self) -> u64 {
        self.now()
    }

    /// Leaves the service out for now.
    ///
    /// # Errors
    /// [`WalletError::WrongState`] if it is not being read.
    pub async fn pause(&self, consent: ConsentId) -> Result<Delivery, WalletError> {
        self.refresh().await?;
        self.check_step(consent, Step::Pause)?;
        self.act(JournalEntry::Paused { consent }).await
    }

    /// Lets the service read again.
    ///
    /// # Errors
    /// [`WalletError::WrongState`] if it is not paused.
    pub async fn resume(&self, consent: ConsentId) -> Result<Delivery, WalletError> {
        self.refresh().await?;
        self.check_step(consent, Step::Resume)?;
        self.act(JournalEntry::Resumed { consent }).await
    }

    /// Stops sharing, for good, and waits for each step up to `patience`. A consent that was stopped before is waited
    /// for again.
    ///
    /// # Errors
    /// [`WalletError::WrongState`] if there is nothing to stop. Running out of patience is no error.
    pub async fn revoke(
        &self,
        consent: ConsentId,
        patience: Duration,
        progress: impl Fn(StopStep) + Send,
    ) -> Result<Stopped, WalletError> {
        self.refresh().await?;
        let delivery = match self.decided_state(consent)? {
            ConsentState::Revoked => self.deliver_now().await?,
            _ => {
                self.check_step(consent, Step::Revoke)?;
                self.act(JournalEntry::RevocationRequested { consent })
                    .await?
            }
        };
        let told = matches!(delivery, Delivery::Sent);
        let steps = self.follow(consent, told, patience, progress, |view| {
            let done = view.delivery.device_at.is_some() && view.delivery.service_at.is_some();
            done || view.state == ConsentState::Erased
        });
        let (steps, complete) = steps.await?;
        Ok(Stopped {
            consent,
            steps,
            complete,
            delivery,
        })
    }

    /// Asks the service to erase what it has, and waits for its answer up to `patience`.
    ///
    /// # Errors
    /// [`WalletError::WrongState`] if it has not ended.
    pub async fn ask_erasure(
        &self,
        consent: ConsentId,
        patience: Duration,
        progress: impl Fn(StopStep) + Send,
    ) -> Result<Stopped, WalletError> {
        self.refresh().await?;
        let view = self.consent(consent)?;
        let undelivered = self.undelivered_on(consent)?;
        let asked = view.erasure_requested_at.is_some()
            || undelivered.iter().any(|(_, step)| *step == Step::Erase);
        let delivery = if view.state == ConsentState::Erased || asked {
            self.deliver_now().await?
        } else {
            self.check_step(consent, Step::Erase)?;
            self.act(JournalEntry::ErasureRequested { consent }).await?
        };
        let told = matches!(delivery, Delivery::Sent);
        let (steps, complete) = self
            .follow(consent, told, patience, progress, |view| {
                view.purged.is_some()
            })
            .await?;
        Ok(Stopped {
            consent,
            steps,
            complete,
            delivery,
        })
    }

    async fn follow(
        &self,
        consent: ConsentId,
        told: bool,
        patience: Duration,
        progress: impl Fn(StopStep) + Send,
        is_done: impl Fn(&ConsentView) -> bool + Send,
    ) -> Result<(Vec<StopStep>, bool), WalletError> {
        let start = tokio::time::Instant::now();
        let mut steps: Vec<StopStep> = Vec::new();
        loop {
            let view = self.consent(consent)?;
            for step in steps_of(&view, told) {
                if !steps.contains(&step) {
                    progress(step);
                    steps.push(step);
                }
            }
            let done = is_done(&view);
            if done || start.elapsed() >= patience {
                return Ok((steps, done));
            }
            tokio::time::sleep(POLL).await;
            match self.sync().await {
                Ok(_) => {}
                Err(error) if error.is_temporary() => tracing::info!("{error}"),
                Err(error) => return Err(error),
            }
        }
    }

    fn check_step(&self, consent: ConsentId, step: Step) -> Result<(), WalletError> {
        let state = self.decided_state(consent)?;
        state
            .after(step)
            .map(|_| ())
            .map_err(|_| WalletError::WrongState { consent, state })
    }

    /// What is known now, if the node answers; what was known before, if not.
    pub(crate) async fn refresh(&self) -> Result<(), WalletError> {
        match self.sync().await {
            Ok(_) => Ok(()),
            Err(error) if error.is_temporary() || matches!(error, WalletError::NoTangle) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Decides something and delivers it.
    pub(crate) async fn act(&self, entry: JournalEntry) -> Result<Delivery, WalletError> {
        self.act_at(self.now(), entry).await
    }

    pub(crate) async fn act_at(
        &self,
        at: u64,
        entry: JournalEntry,
    ) -> Result<Delivery, WalletError> {
        let _busy = self.busy.lock().await;
        self.inner().decide(at, entry)?;
        self.deliver().await
    }

    async fn deliver_now(&self) -> Result<Delivery, WalletError> {
        let _busy = self.busy.lock().await;
        self.deliver().await
    }
}

fn steps_of(view: &ConsentView, told: bool) -> Vec<StopStep> {
    let asked = view
        .delivery
        .asked_at
        .filter(|_| told)
        .map(|at| StopStep::Told { at });
    let keys = view.delivery.device_at.map(|at| StopStep::KeysChanged {
        at,
        last_readable: view.last_readable(),
    });
    let service = view
        .delivery
        .service_at
        .map(|at| StopStep::ServiceStopped { at });
    let erased = view
        .purged
        .map(|(at, readings)| StopStep::Erased { at, readings });
    [asked, keys, service, erased]
        .into_iter()
        .flatten()
        .collect()
}
