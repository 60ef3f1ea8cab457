//! A house to test the wallet in: a Tangle in memory, a device and a provider made of the protocol crates themselves.
pub(crate) mod air;
pub(crate) mod device;
pub(crate) mod ledger;
pub(crate) mod provider;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use channel::{MessageAssembler, MessageKey};
use consent::{Activity, Choices, ConsentState, Expression, Fact, Language};
use rand_core::UnwrapErr;
use tangle::{Tag, Tangle};
use tempfile::TempDir;
use wallet::{
    FileKeychain, Granted, Home, KeychainKind, NoSites, OpenRequest, Seed, Settings, Surroundings,
    Wallet, WalletError,
};

use self::device::Device;
use self::ledger::Ledger;
use self::provider::Provider;

/// Somewhere in a day, so that no slot of a day ends while a test runs.
pub(crate) const START: u64 = 1_790_000_000;

pub(crate) fn random_secret() -> Box<[u8; 32]> {
    let mut bytes = Box::new([0; 32]);
    rand_core::Rng::fill_bytes(&mut random(), bytes.as_mut_slice());
    bytes
}

pub(crate) fn random() -> UnwrapErr<getrandom::SysRng> {
    UnwrapErr(getrandom::SysRng)
}

/// A clock that all share: it goes at the pace of the computer and can be moved on.
#[derive(Clone)]
pub(crate) struct Time {
    since: std::time::Instant,
    moved: Arc<AtomicU64>,
}

impl Time {
    pub(crate) fn now(&self) -> u64 {
        START + self.since.elapsed().as_secs() + self.moved.load(Ordering::SeqCst)
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.moved.fetch_add(seconds, Ordering::SeqCst);
    }
}

/// A directory, a Tangle, and the time.
pub(crate) struct House {
    pub(crate) dir: TempDir,
    pub(crate) tangle: Arc<Ledger>,
    pub(crate) time: Time,
}

impl House {
    pub(crate) fn new() -> Self {
        let time = Time {
            since: std::time::Instant::now(),
            moved: Arc::default(),
        };
        Self {
            dir: tempfile::tempdir().unwrap(),
            tangle: Arc::new(Ledger::new()),
            time,
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn surroundings(&self, path: &Path) -> Result<Surroundings, WalletError> {
        let time = self.time.clone();
        Ok(Surroundings {
            home: Home::open(path)?,
            tangle: Some(self.tangle.clone()),
            clock: Arc::new(move || time.now()),
        })
    }

    pub(crate) fn create(&self, name: &str) -> (Wallet, Seed) {
        let path = self.path(name);
        let surroundings = self.surroundings(&path).unwrap();
        let keychain = keychain(&surroundings.home, PASSPHRASE);
        Wallet::create(surroundings, &settings(), &keychain).unwrap()
    }

    pub(crate) fn open(&self, name: &str) -> Result<Wallet, WalletError> {
        let surroundings = self.surroundings(&self.path(name))?;
        let keychain = keychain(&surroundings.home, PASSPHRASE);
        Wallet::open(surroundings, &keychain)
    }

    pub(crate) fn restore(&self, name: &str, seed: &Seed) -> Wallet {
        let surroundings = self.surroundings(&self.path(name)).unwrap();
        let keychain = keychain(&surroundings.home, PASSPHRASE);
        Wallet::restore(surroundings, &settings(), &keychain, seed).unwrap()
    }

    /// A wallet with a paired device that runs in the background.
    pub(crate) async fn with_device(&self) -> (Wallet, Seed, Device) {
        let (wallet, seed) = self.create("wallet");
        let device = Device::start(self);
        wallet
            .pair(&device.code(), Some("Meterkast".into()), |_| {})
            .await
            .unwrap();
        (wallet, seed, device)
    }

    pub(crate) fn provider(&self, name: &str) -> Provider {
        Provider::start(self, name)
    }
}

pub(crate) const PASSPHRASE: &str = "correct horse battery staple";

pub(crate) fn keychain(home: &Home, passphrase: &str) -> FileKeychain {
    FileKeychain::new(home.seed_file(), passphrase.to_owned().into())
}

pub(crate) fn settings() -> Settings {
    Settings {
        keychain: KeychainKind::File,
        wallet: wallet::new_wallet_name(),
        tangle: None,
        language: None,
        window: wallet::Appearance::default(),
        prices: None,
    }
}

/// Whatever lies under a key.
pub(crate) async fn fetch(tangle: &dyn Tangle, key: MessageKey) -> MessageAssembler {
    let mut assembler = MessageAssembler::new(key);
    for _ in 0..2 {
        for tag in assembler.wanted() {
            let found = tangle.by_tags(&[Tag(tag.into())]).await.unwrap_or_default();
            let found: Vec<Vec<u8>> = found.into_iter().map(|stored| stored.data).collect();
            assembler.offer(&tag, &found);
        }
    }
    assembler
}

pub(crate) async fn publish(tangle: &dyn Tangle, fragments: &[channel::SealedFragment]) {
    for fragment in fragments {
        publish_block(tangle, Tag(fragment.tag.into()), fragment.data.as_slice()).await;
    }
}

/// As a device's outbox does: again until the node takes it.
pub(crate) async fn publish_block(tangle: &dyn Tangle, tag: Tag, data: &[u8]) {
    while tangle.publish(tag, data).await.is_err() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Syncs until something holds, for ten seconds at most.
pub(crate) async fn until(wallet: &Wallet, what: &str, holds: impl Fn(&Wallet) -> bool) {
    for _ in 0..200 {
        wallet.sync().await.unwrap();
        if holds(wallet) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!(
        "never came: {what}; consents: {:?}",
        wallet
            .consents()
            .iter()
            .map(|c| c.state)
            .collect::<Vec<_>>()
    );
}

/// Says yes to everything that a request asks.
pub(crate) async fn grant(wallet: &Wallet, open: &OpenRequest) -> Result<Granted, WalletError> {
    let device = wallet.find_device(None)?;
    let choices = Choices::as_asked(open.signed.request());
    wallet
        .grant(
            open.consent,
            device,
            &choices,
            Language::En,
            Expression::CommandLine,
        )
        .await
}

/// A provider that reads along, and the wallet knows it.
pub(crate) async fn share(house: &House, wallet: &Wallet, name: &str) -> Provider {
    let mut provider = house.provider(name);
    provider.post_request().await;
    let open = wallet.open_request(&provider.link, &NoSites).await.unwrap();
    grant(wallet, &open).await.unwrap();
    provider.until(ConsentState::Active).await;
    let consent = open.consent;
    // The service and the device each say so, in any order.
    until(wallet, "active, and the device said so", |wallet| {
        let granted = |line: &Activity| matches!(line.fact, Fact::Granted { consent: of, .. } if of == consent);
        wallet.consent(consent).unwrap().state == ConsentState::Active
            && wallet.activity().iter().any(granted)
    })
    .await;
    provider
}
