//! What each screen of My Home shows and does, as plain data.
//!
//! A window calls these methods one to one and adds nothing; the types describe themselves, so that they can be written
//! out in TypeScript and a screen cannot ask for what is not there. Sentences about requests and activity are those of
//! [`consent::words`], the same as on the command line; every failure is a [`Problem`], a code with values, which the
//! screens translate in one place. Times are unix seconds.

mod activity;
mod app;
mod beside;
mod complaint;
mod costs;
mod example;
mod home;
mod kept;
mod meter;
mod nearby;
mod notices;
mod pairing_step;
mod phases;
mod price_file;
mod price_list;
mod problem;
mod proof;
mod receipt;
mod request;
mod request_wrong;
mod save;
mod scan;
mod settings;
mod sharing;
mod start;
mod terms;
mod usage;

pub use activity::{ActivityFilter, ActivityLine, ActivityScreen, CheckResult, ExportResult, Sign};
pub use app::{App, Connect, Options, SyncState};
pub use beside::{PiNo, PiNode, WifiNetwork, WifiTakes};
pub use costs::{CostSpan, Costs, Told};
pub use home::{HomeScreen, LastKnown, LiveNow, MeterCard, Today, WaitingRequest, Watcher};
pub use kept::{KeptAnswer, Said};
pub use meter::{MeterScreen, Period, PhaseNow};
pub use nearby::{NearbyDevice, Nearness, OpenRadio, Opening};
pub use notices::{Notice, NoticeKind};
pub use pairing_step::{AddedMeter, PairProgress};
pub use phases::{PhaseLine, PhasePeak};
pub use price_file::{PriceFileWrong, PriceReach, PriceRowWrong, PriceUnit, TakenPrices};
pub use price_list::PriceList;
pub use problem::Problem;
pub use proof::Proof;
pub use receipt::ReceiptLines;
pub use request::preview::{ExampleWhy, MeterPreviews, Preview};
pub use request::{
    Answer, Arrived, Coarser, Handling, History, LaneChoice, LaneRow, RequestScreen, Service,
};
pub use request_wrong::{ChoiceWrong, LinkWrong, RequestWrong};
pub use save::FileForm;
pub use scan::{code_on_tag, read_code};
pub use settings::{SettingsScreen, Theme};
pub use sharing::{
    ConsentCard, ConsentDetails, SharingScreen, Standing, StopProgress, Undelivered,
};
pub use start::{Guard, RestoreProgress, Stage, Start};
pub use terms::{Fineness, Kind, LaneName, Tongue};
pub use usage::{Point, Span, Totals};
