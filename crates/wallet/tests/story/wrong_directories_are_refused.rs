//! One program a directory, nobody else's eyes, no database of a later version or of another wallet.

use data_dir::DataDirError;
use wallet::{HomeError, KeychainError, StoreError, Surroundings, Wallet, WalletError};

use crate::house::{House, keychain, settings};

#[tokio::test]
async fn two_programs_on_one_directory_are_refused() {
    let house = House::new();
    let (wallet, _) = house.create("wallet");
    assert!(matches!(
        house.open("wallet"),
        Err(WalletError::Home(HomeError::Directory(
            DataDirError::Locked { .. }
        )))
    ));
    drop(wallet);
    house.open("wallet").unwrap();
}

#[tokio::test]
async fn a_second_wallet_in_one_directory_is_refused() {
    let house = House::new();
    drop(house.create("wallet"));
    let surroundings = house.surroundings(&house.path("wallet")).unwrap();
    let keychain = keychain(&surroundings.home, "another passphrase");
    let error = Wallet::create(surroundings, &settings(), &keychain).unwrap_err();
    assert!(matches!(error, WalletError::WalletExists), "{error}");
}

#[tokio::test]
async fn a_missing_seed_is_no_new_user() {
    let house = House::new();
    drop(house.create("wallet"));
    std::fs::remove_file(house.path("wallet").join("seed.enc")).unwrap();
    let error = house.open("wallet").unwrap_err();
    assert!(
        matches!(error, WalletError::Keychain(KeychainError::Missing)),
        "{error}"
    );
    let surroundings = house.surroundings(&house.path("wallet")).unwrap();
    let keychain = keychain(&surroundings.home, "another passphrase");
    let error = Wallet::create(surroundings, &settings(), &keychain).unwrap_err();
    assert!(matches!(error, WalletError::WalletExists), "{error}");
}

#[tokio::test]
async fn a_wrong_passphrase_is_said_to_be_so() {
    let house = House::new();
    drop(house.create("wallet"));
    let surroundings: Surroundings = house.surroundings(&house.path("wallet")).unwrap();
    let keychain = keychain(&surroundings.home, "something else entirely");
    let error = Wallet::open(surroundings, &keychain).unwrap_err();
    assert!(
        matches!(error, WalletError::Keychain(KeychainError::Passphrase)),
        "{error}"
    );
}

#[tokio::test]
async fn databases_of_later_versions_and_of_others_are_refused() {
    let house = House::new();
    drop(house.create("wallet"));
    let path = house.path("wallet").join("wallet.db");
    let change = |sql: &str| {
        rusqlite::Connection::open(&path)
            .unwrap()
            .execute_batch(sql)
            .unwrap()
    };

    change("PRAGMA user_version = 2");
    let error = house.open("wallet").unwrap_err();
    assert!(
        matches!(error, WalletError::Store(StoreError::Newer { found: 2 })),
        "{error}"
    );
    change("PRAGMA user_version = 1; UPDATE meta SET value = x'00' WHERE key = 'fingerprint'");
    let error = house.open("wallet").unwrap_err();
    assert!(
        matches!(error, WalletError::Store(StoreError::OtherWallet)),
        "{error}"
    );
    change("PRAGMA application_id = 7");
    let error = house.open("wallet").unwrap_err();
    assert!(
        matches!(error, WalletError::Store(StoreError::Foreign)),
        "{error}"
    );
}

#[tokio::test]
async fn a_node_of_another_network_is_refused() {
    let house = House::new();
    let (wallet, _) = house.create("wallet");
    wallet.sync().await.unwrap();
    house.tangle.set_network("elsewhere");
    let error = wallet.sync().await.unwrap_err();
    assert!(matches!(error, WalletError::OtherNetwork { .. }), "{error}");
}

#[tokio::test]
async fn nothing_prints_the_seed() {
    let house = House::new();
    let (wallet, seed) = house.create("wallet");
    let printed = format!("{wallet:?} {seed:?}");
    assert_eq!(printed, "Wallet(..) Seed(..)");
}
