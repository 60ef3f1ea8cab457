//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use consent::Language;
use readings::Lane;

/// My Home: your meter, and who may see it.
#[derive(Debug, Parser)]
#[command(name = "my-home", version)]
pub(crate) struct Options {
    /// Where the wallet lives; default: meterkast/my-home in the user's data directory.
    #[arg(long, global = true, env = "MY_HOME_DATA_DIR", value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// The node, such as http://127.0.0.1:14265; remembered. Several, repeated or with commas between, stand in for each other.
    #[arg(
        long,
        global = true,
        env = "MY_HOME_TANGLE",
        value_name = "URL",
        value_delimiter = ','
    )]
    tangle: Vec<String>,
    /// Answer with one JSON object.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The language of the sentences; remembered. Default: that of the system.
    #[arg(long, global = true, value_enum, value_name = "LANGUAGE")]
    pub(crate) language: Option<LanguageOption>,
    /// Where a new wallet keeps its seed: the system's keychain, or a file encrypted with a passphrase.
    #[arg(
        long,
        global = true,
        value_enum,
        default_value = "system",
        value_name = "WHERE"
    )]
    pub(crate) keychain: KeychainOption,
    /// A file whose first line is the passphrase; otherwise it is asked for, or taken from MY_HOME_PASSPHRASE.
    #[arg(
        long,
        global = true,
        env = "MY_HOME_PASSPHRASE_FILE",
        value_name = "FILE"
    )]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// What is logged to standard error, in the syntax of `tracing`.
    #[arg(
        long,
        global = true,
        env = "MY_HOME_LOG",
        default_value = "error",
        value_name = "FILTER"
    )]
    pub(crate) log: String,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Options {
    /// The node or nodes that were named.
    pub(crate) fn tangle(&self) -> Option<String> {
        (!self.tangle.is_empty()).then(|| self.tangle.join(","))
    }
}

/// A language that can be chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum LanguageOption {
    En,
    Nl,
}

impl From<LanguageOption> for Language {
    fn from(option: LanguageOption) -> Self {
        match option {
            LanguageOption::En => Self::En,
            LanguageOption::Nl => Self::Nl,
        }
    }
}

/// Where the seed can be kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum KeychainOption {
    System,
    File,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a new wallet; shows its 24 words once.
    Init(Setup),
    /// Bring a wallet back from its 24 words, read from standard input or a file.
    Restore(Setup),
    /// Show the 24 words again.
    Words,
    /// The devices nearby whose pairing window is open, by Bluetooth.
    Nearby(Radio),
    /// Your own device, when you stand beside it, by Bluetooth: what its meter says, and its node. It listens for two minutes after
    /// its plug was pulled and put back, or after `pi-daemon near`.
    Near(Near),
    /// Your own device's Wi-Fi, when you stand beside it: the networks that it hears, or joining one.
    Wifi(Wifi),
    /// Add a meter with the code of its device, over the Tangle or by Bluetooth.
    Pair(Pair),
    /// The meters.
    Devices,
    /// Remove a meter: everything shared from it ends.
    Remove {
        /// Its name, or the beginning of its identifier.
        device: String,
    },
    /// Give a meter another name.
    Rename {
        /// Its name, or the beginning of its identifier.
        device: String,
        /// What to call it.
        name: String,
    },
    /// Open the request under a link and show it; nothing is shared by that.
    Open {
        /// meterkast://consent?… or https://…#…; without it, it is read from standard input, where no other user of this
        /// computer sees it.
        link: Option<String>,
        /// Do not ask the service's site whether the request is its own.
        #[arg(long)]
        no_site_check: bool,
    },
    /// The requests that wait for an answer.
    Requests,
    /// Say yes to a request: what it needs, as asked, and nothing optional unless you name it.
    Grant(Grant),
    /// Say no to a request.
    Decline {
        /// The beginning of its identifier.
        request: String,
    },
    /// Take back a yes or a no that is kept because the node is away: the request waits again.
    TakeBack {
        /// The beginning of its identifier.
        request: String,
    },
    /// What is and was shared.
    Consents,
    /// Leave a service out for now.
    Pause {
        /// The beginning of its identifier.
        consent: String,
    },
    /// Let a service read again.
    Resume {
        /// The beginning of its identifier.
        consent: String,
    },
    /// Stop sharing, and wait until everybody has confirmed.
    Revoke {
        /// The beginning of its identifier.
        consent: String,
        /// How long to wait, in seconds.
        #[arg(long, default_value_t = 60)]
        wait: u64,
    },
    /// Ask a service to erase what it has, once sharing has ended.
    AskErasure {
        /// The beginning of its identifier.
        consent: String,
        /// How long to wait, in seconds.
        #[arg(long, default_value_t = 60)]
        wait: u64,
    },
    /// Everything that happened, checked for anything missing or changed.
    Activity {
        /// Only the check.
        #[arg(long)]
        check: bool,
    },
    /// Write activity, receipts and readings into a directory.
    Export {
        /// The directory; made if there is none.
        directory: PathBuf,
    },
    /// Send what waits and hear what is new.
    Sync,
}

/// Which meter is added, and which way.
#[derive(Debug, Args)]
pub(crate) struct Pair {
    /// The code, scanned or typed; without it, it is read from standard input, where no other user of this computer sees it.
    pub(crate) code: Option<String>,
    /// What to call the device.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// By Bluetooth, near the device; over the Tangle if that does not work.
    #[arg(long)]
    pub(crate) bluetooth: bool,
    /// Which of several devices nearby, as `nearby` calls it.
    #[arg(long, value_name = "DEVICE", requires = "bluetooth")]
    pub(crate) at: Option<String>,
    #[command(flatten)]
    pub(crate) radio: Radio,
}

/// What is asked of a device nearby.
#[derive(Debug, Args)]
pub(crate) struct Near {
    /// Have it use this node from now on. Several, with commas between, stand in for each other.
    #[arg(long, value_name = "URL")]
    pub(crate) node: Option<String>,
    /// Show what the meter says every second, for so long.
    #[arg(long, value_name = "SECONDS", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) seconds: u64,
    /// Which meter, if there are several.
    #[arg(long)]
    pub(crate) device: Option<String>,
    #[command(flatten)]
    pub(crate) radio: Radio,
}

/// Which network a device nearby joins.
#[derive(Debug, Args)]
pub(crate) struct Wifi {
    /// The network to join; without it, those that the device hears are listed. Its password is asked for.
    pub(crate) network: Option<String>,
    /// A file whose first line is the network's password; otherwise it is asked for.
    #[arg(long, value_name = "FILE", requires = "network")]
    pub(crate) password_file: Option<PathBuf>,
    /// Which meter, if there are several.
    #[arg(long)]
    pub(crate) device: Option<String>,
    #[command(flatten)]
    pub(crate) radio: Radio,
}

/// This computer's Bluetooth.
#[derive(Debug, Args)]
pub(crate) struct Radio {
    /// The Bluetooth adapter of this computer, such as hci0, where there are several.
    #[arg(long, env = "MY_HOME_ADAPTER", value_name = "ADAPTER")]
    pub(crate) adapter: Option<String>,
}

/// How a wallet is set up.
#[derive(Debug, Args)]
pub(crate) struct Setup {
    /// A file with the 24 words (restore only); otherwise they are read from standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) words_file: Option<PathBuf>,
}

/// What is said yes to.
#[derive(Debug, Args)]
pub(crate) struct Grant {
    /// The beginning of the request's identifier.
    pub(crate) request: String,
    /// Share this optional lane too, or a coarser one instead of what is asked; `all` for everything asked.
    #[arg(long = "with", value_name = "LANE")]
    pub(crate) with: Vec<With>,
    /// Do not share this lane.
    #[arg(long, value_name = "LANE")]
    pub(crate) without: Vec<Lane>,
    /// Up to and including this day, or the day so many days from now: 2026-12-31, 30d.
    #[arg(long, value_name = "DATE")]
    pub(crate) until: Option<String>,
    /// This many days of the past too, if they are asked for.
    #[arg(long, value_name = "DAYS")]
    pub(crate) history: Option<u16>,
    /// From which meter, if there are several.
    #[arg(long)]
    pub(crate) device: Option<String>,
}

/// A lane, or all of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum With {
    All,
    Lane(Lane),
}

impl std::str::FromStr for With {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self::All);
        }
        text.parse()
            .map(Self::Lane)
            .map_err(|error: readings::LaneError| error.to_string())
    }
}
