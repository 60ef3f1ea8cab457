//! A file with prices of each hour is taken, refused, replaced and forgotten.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::sync::Arc;

use consent::Language;
use jiff::tz::TimeZone;
use screens::{
    App, Guard, Options, PriceFileWrong, PriceList, PriceRowWrong, PriceUnit, Problem, TakenPrices,
    Tongue,
};
use tangle::{InMemory, Tangle};
use tempfile::TempDir;
use wallet::{Home, NearbyError};

const NOON: u32 = 1_781_863_200;
const HOUR: u32 = 3_600;
const FILE: &str = "start;price\n2026-06-19 12:00;81,2\n2026-06-19 13:00;-4,5\n2026-06-19 14:00;\n";

async fn app(folder: &TempDir) -> App {
    let tangle: Arc<dyn Tangle> = Arc::new(InMemory::new());
    let app = App::new(Options {
        directory: folder.path().join("wallet"),
        node: Some("memory".into()),
        connect: Arc::new(move |_| Ok(tangle.clone())),
        clock: Arc::new(|| NOON.into()),
        zone: TimeZone::UTC,
        language: Language::En,
        radio: Arc::new(|_| Box::pin(async { Err(NearbyError::Absent) })),
    });
    app.new_words();
    app.create(Guard::File, "correct horse battery", "", Tongue::En)
        .await
        .unwrap();
    app
}

async fn take(app: &App, file: &str, unit: Option<PriceUnit>) -> Result<TakenPrices, Problem> {
    app.take_prices(file.to_owned(), unit).await
}

/// What lies in the wallet's folder, once the wallet is closed.
fn kept(folder: &TempDir, app: App) -> prices::PriceSeries {
    drop(app);
    let home = Home::open(&folder.path().join("wallet")).unwrap();
    home.hourly_prices().unwrap()
}

#[tokio::test]
async fn a_file_without_a_unit_is_taken_once_it_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder).await;
    assert_eq!(
        take(&app, FILE, None).await,
        Err(Problem::PriceFile {
            wrong: PriceFileWrong::Unit,
            found: String::new()
        })
    );
    let taken = take(&app, FILE, Some(PriceUnit::EuroPerMwh)).await.unwrap();
    assert_eq!(
        taken,
        TakenPrices {
            rows: 2,
            without_price: 1,
            from: NOON,
            to: NOON + 2 * HOUR
        }
    );
    // What is newer holds, and what it does not name stays.
    let later = "start;EUR/kWh\n2026-06-19 13:00;0,5\n2026-06-19 14:00;0,25\n";
    take(&app, later, None).await.unwrap();
    let kept = kept(&folder, app);
    let prices = [NOON, NOON + HOUR, NOON + 2 * HOUR, NOON + 3 * HOUR];
    let prices = prices.map(|at| kept.at(at).map(|price| price.0 / 100_000));
    assert_eq!(prices, [Some(812), Some(5_000), Some(2_500), None]);
}

#[tokio::test]
async fn nothing_is_taken_of_a_file_with_a_wrong_row_or_of_long_ago() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder).await;
    let wrong = FILE.replace("-4,5", "cheap");
    assert_eq!(
        take(&app, &wrong, Some(PriceUnit::EuroPerMwh)).await,
        Err(Problem::PriceRow {
            row: 3,
            wrong: PriceRowWrong::Price,
            found: "cheap".into()
        })
    );
    let old = FILE.replace("2026-", "2021-");
    let refused = take(&app, &old, Some(PriceUnit::EuroPerMwh)).await;
    assert!(matches!(
        refused,
        Err(Problem::PriceFile {
            wrong: PriceFileWrong::FarAway,
            ..
        })
    ));
    assert_eq!(kept(&folder, app).quarters(), 0);
}

#[tokio::test]
async fn damaged_prices_are_replaced_and_all_are_forgotten_together() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder).await;
    let path = folder.path().join("wallet/prices.json");
    fs::write(&path, "[{").unwrap();
    take(&app, FILE, Some(PriceUnit::EuroPerMwh)).await.unwrap();
    assert!(
        fs::read_to_string(&path)
            .unwrap()
            .starts_with("[{\"begin\"")
    );
    let hourly = PriceList::Hourly {
        on_top: 1_500,
        tax: 210,
        feed_in: -100,
        gas: None,
    };
    app.choose_prices(Some(hourly)).await.unwrap();
    assert!(path.exists());
    app.choose_prices(None).await.unwrap();
    assert!(!path.exists());
}
