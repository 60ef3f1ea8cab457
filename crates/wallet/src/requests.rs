//! Requests: opening one, saying yes, saying no.

use std::time::Duration;

use async_trait::async_trait;
use consent::journal::Fault;
use consent::{
    Acquaintance, Agreement, Authorization, Choices, ConsentId, ConsentLink, DeviceId, Expression,
    Given, JournalEntry, Language, OpenError, SignedReceipt, SignedRequest, SiteStatement,
};

use crate::error::WalletError;
use crate::kept::KeptAnswer;
use crate::letters;
use crate::post::Delivery;
use crate::wallet::Wallet;

/// A request that was just posted may take a moment to arrive at this node.
const LOOKS: u32 = 6;
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// Asks a site which keys may speak for it (`/.well-known/meterkast.json`).
#[async_trait]
pub trait Sites: Send + Sync {
    /// The statement of this https origin; `None` if it cannot be had, for whatever reason.
    async fn statement(&self, site: &str) -> Option<SiteStatement>;
}

/// A request as a screen shows it.
#[derive(Clone, Debug)]
pub struct OpenRequest {
    /// The consent it leads to.
    pub consent: ConsentId,
    /// The request.
    pub signed: SignedRequest,
    /// Whether its site vouches for its key.
    pub site_checked: bool,
    /// What there was before with this provider.
    pub acquaintance: Acquaintance,
    /// The devices that could answer it.
    pub devices: Vec<(DeviceId, String)>,
    /// The answer, if one was given that the node does not know yet.
    pub kept: Option<KeptAnswer>,
}

/// A yes that was given.
#[derive(Debug)]
pub struct Granted {
    /// Which consent.
    pub consent: ConsentId,
    /// What was agreed.
    pub agreement: Agreement,
    /// Whether it stands on the Tangle.
    pub delivery: Delivery,
}

impl Wallet {
    /// Opens the request under a link: fetches it, checks it, and notes that it was shown, or why it was not.
    ///
    /// # Errors
    /// [`WalletError::Request`] says what is wrong with it, [`WalletError::RequestUsed`] that it was answered.
    pub async fn open_request(
        &self,
        link: &ConsentLink,
        sites: &dyn Sites,
    ) -> Result<OpenRequest, WalletError> {
        let _busy = self.busy.lock().await;
        self.sync_while_busy().await?;
        let consent = link.consent();
        let network = self.inner().view.network().unwrap_or_default().to_owned();
        if let Err(error) = link.check_network(&network) {
            return self.refuse(consent, &error, None).await;
        }
        if let Some(known) = self.known_request(consent)? {
            return Ok(known);
        }
        match self.fetch_request(link, &network).await? {
            Ok(signed) => {
                let statement = sites.statement(&signed.request().provider.site).await;
                let site_checked =
                    statement.is_some_and(|site| site.vouches_for(signed.provider_key()));
                self.note_request(link, &signed, site_checked).await?;
                self.known_request(consent)?.ok_or(WalletError::RequestUsed)
            }
            Err((error, claimed_name)) => self.refuse(consent, &error, claimed_name).await,
        }
    }

    /// The requests that wait for an answer, newest first.
    ///
    /// # Errors
    /// [`WalletError::Store`].
    pub fn waiting_requests(&self) -> Result<Vec<OpenRequest>, WalletError> {
        let now = self.now();
        let mut waiting: Vec<(u64, ConsentId)> = {
            let inner = self.inner();
            inner
                .view
                .waiting(now)
                .map(|request| (request.opened_at, request.consent))
                .collect()
        };
        waiting.sort_unstable_by(|a, b| b.cmp(a));
        Ok(waiting
            .into_iter()
            .filter_map(|(_, consent)| self.known_request(consent).ok().flatten())
            .filter(|open| open.kept.is_none())
            .collect())
    }

    /// A request that was opened before; one whose answer is kept says so.
    ///
    /// # Errors
    /// [`WalletError::RequestUsed`] if it was answered, [`WalletError::UnknownConsent`] if it was never opened.
    pub fn request(&self, consent: ConsentId) -> Result<OpenRequest, WalletError> {
        self.known_request(consent)?
            .ok_or_else(|| WalletError::UnknownConsent(consent.to_string()))
    }

    fn known_request(&self, consent: ConsentId) -> Result<Option<OpenRequest>, WalletError> {
        let inner = self.inner();
        let Some(known) = inner.view.request(consent) else {
            return Ok(None);
        };
        let now = self.now();
        if known.state != consent::ConsentState::Requested {
            return Err(WalletError::RequestUsed);
        }
        let kept = inner.kept_answer(consent)?;
        // What was answered in time stays an answer.
        if kept.is_none() {
            consent::check_time(&known.signed, now)?;
        }
        let devices = inner
            .view
            .devices()
            .filter(|device| device.removed_at.is_none());
        Ok(Some(OpenRequest {
            consent,
            signed: known.signed.clone(),
            site_checked: known.site_checked,
            acquaintance: inner
                .view
                .acquaintance(known.signed.provider_key().as_bytes(), consent),
            devices: devices
                .map(|device| (device.id, device.name.clone()))
                .collect(),
            kept,
        }))
    }

    /// Whatever lies there is either the request that the link was made for, or a reason to say why it is not.
    async fn fetch_request(
        &self,
        link: &ConsentLink,
        network: &str,
    ) -> Result<Result<SignedRequest, (OpenError, Option<String>)>, WalletError> {
        let mut wait = FIRST_WAIT;
        let mut fault = None;
        for _ in 0..LOOKS {
            let found = letters::fetch(self.tangle()?, [link.secret.request_key()]).await?;
            for joined in found.iter().flat_map(|message| message.joined()) {
                let bytes = joined.bytes();
                match link.open(bytes, network, self.now()) {
                    Ok(signed) => return Ok(Ok(signed)),
                    Err(error) => {
                        let claimed = SignedRequest::open(bytes).ok();
                        let name = claimed.map(|signed| signed.request().provider.name.clone());
                        fault.get_or_insert((error, name));
                    }
                }
            }
            if let Some(fault) = fault {
                return Ok(Err(fault));
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        Err(WalletError::RequestMissing)
    }

    async fn note_request(
        &self,
        link: &ConsentLink,
        signed: &SignedRequest,
        site_checked: bool,
    ) -> Result<(), WalletError> {
        let entry = JournalEntry::RequestOpened {
            secret: link.secret.clone(),
            request: signed.as_bytes().to_vec(),
            site_checked,
        };
        self.inner().decide(self.now(), entry)?;
        self.flush().await
    }

    async fn refuse<T>(
        &self,
        consent: ConsentId,
        error: &OpenError,
        claimed_name: Option<String>,
    ) -> Result<T, WalletError> {
        let why = Fault::from(error);
        self.inner().decide(
            self.now(),
            JournalEntry::RequestRefusedAsBad {
                consent,
                why,
                claimed_name,
            },
        )?;
        self.deliver().await?;
        Err(WalletError::Request(error.clone()))
    }

    /// Says yes, to no more than these choices.
    ///
    /// # Errors
    /// [`WalletError::Choice`] if the choices do not answer the request, [`WalletError::AnswerKept`] if it was answered and
    /// the node does not know it yet.
    pub async fn grant(
        &self,
        consent: ConsentId,
        device: DeviceId,
        choices: &Choices,
        language: Language,
        by: Expression,
    ) -> Result<Granted, WalletError> {
        let request = self.request(consent)?;
        self.check_unanswered(consent)?;
        let at = self.now();
        let agreement = Agreement::reach(request.signed.request(), choices, at)?;
        let given = Given {
            at,
            language,
            device,
            by,
        };
        let signer = self.keys.consent_signer(consent);
        let receipt = SignedReceipt::sign(
            &request.signed,
            consent,
            &agreement,
            given,
            &signer,
            &mut crate::random(),
        )?;
        let authorization = Authorization {
            consent,
            device,
            agreement: agreement.clone(),
            language,
            by,
            receipt: receipt.as_bytes().to_vec(),
            consent_secret: self.keys.consent_secret(consent),
        };
        let delivery = self
            .act_at(at, JournalEntry::Authorized(Box::new(authorization)))
            .await?;
        Ok(Granted {
            consent,
            agreement,
            delivery,
        })
    }

    /// Says no.
    ///
    /// # Errors
    /// [`WalletError::RequestUsed`] if it was answered, [`WalletError::AnswerKept`] if the node does not know that yet.
    pub async fn decline(
        &self,
        consent: ConsentId,
        language: Language,
    ) -> Result<Delivery, WalletError> {
        self.request(consent)?;
        self.check_unanswered(consent)?;
        self.act(JournalEntry::Declined { consent, language }).await
    }
}
