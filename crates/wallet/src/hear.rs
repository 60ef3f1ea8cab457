//! Synchronising: sending what waits, and hearing what devices and providers wrote since the last time.

mod allowance;
mod consents;
mod devices;
mod missing;

use consent::{ConsentId, JournalEntry};

use crate::error::WalletError;
use crate::store;
use crate::wallet::Wallet;

pub(crate) use missing::Missing;

/// What [`Wallet::sync`] brought.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct News {
    /// Entries of the journal, own ones and those of a second wallet.
    pub entries: u32,
    /// Messages of devices.
    pub from_devices: u32,
    /// Messages on consent channels.
    pub on_consents: u32,
    /// Batches of the owner's own readings.
    pub readings: u32,
}

impl Wallet {
    /// Sends what waits and hears what is new. Do this at start and then now and again; it is cheap.
    ///
    /// # Errors
    /// [`WalletError`]; a temporary one loses nothing.
    pub async fn sync(&self) -> Result<News, WalletError> {
        let _busy = self.busy.lock().await;
        self.sync_while_busy().await
    }

    pub(crate) async fn sync_while_busy(&self) -> Result<News, WalletError> {
        self.meet_the_network().await?;
        let before = self.inner().head.next;
        self.read_journal().await?;
        if !self.is_recovered()? {
            self.recover_conversations().await?;
        }
        self.begin_journal().await?;
        self.flush().await?;
        let mut news = News {
            from_devices: self.hear_devices().await?,
            ..News::default()
        };
        news.on_consents = self.hear_consents().await?;
        self.notice_what_lapsed()?;
        self.flush().await?;
        news.readings = self.read_own_lanes().await?;
        news.entries = self.inner().head.next - before;
        Ok(news)
    }

    /// Refuses a node of another network than the one that the journal was begun on.
    async fn meet_the_network(&self) -> Result<(), WalletError> {
        let theirs = self.tangle()?.network().await?.name;
        let inner = self.inner();
        let known = inner
            .store
            .meta("network")?
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        match inner.view.network().map(str::to_owned).or(known) {
            Some(ours) if ours != theirs => Err(WalletError::OtherNetwork { ours, theirs }),
            Some(_) => Ok(()),
            None => Ok(inner.store.set_meta("network", theirs.as_bytes())?),
        }
    }

    /// The first entry names the network.
    async fn begin_journal(&self) -> Result<(), WalletError> {
        let mut inner = self.inner();
        let begun = inner.head.next > 0
            || inner.store.letters()?.iter().any(|letter| {
                matches!(
                    letter.draft,
                    store::Draft::Journal(JournalEntry::WalletCreated { .. })
                )
            });
        if !begun {
            let network = inner.store.meta("network")?.unwrap_or_default();
            let network = String::from_utf8_lossy(&network).into_owned();
            inner.decide(self.now(), JournalEntry::WalletCreated { network })?;
        }
        Ok(())
    }

    fn notice_what_lapsed(&self) -> Result<(), WalletError> {
        let now = self.now();
        let mut inner = self.inner();
        let lapsed: Vec<ConsentId> = inner.view.lapsed(now).collect();
        for consent in lapsed {
            inner.decide(now, JournalEntry::RequestLapsed { consent })?;
        }
        Ok(())
    }
}
