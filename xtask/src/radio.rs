//! `cargo xtask test-ble`: pairing over Bluetooth LE on a real Bluetooth stack, without a radio.
//!
//! A virtual machine in plain software emulation runs Debian's own kernel with virtual Bluetooth controllers that hear each
//! other, one real bluetoothd, and this project's programs as ordinary users. It has no disk and no network, and needs no
//! rights to run. What is told in it is in `virtual-radio/`.

mod archive;
mod contents;
mod image;
mod kernel;
mod machine;
mod wifi;

use crate::packages;
use crate::workspace::{cache, cargo, must, target};
use anyhow::{bail, ensure};
use clap::Args;
use machine::Told;
use std::path::PathBuf;
use std::time::Instant;

/// The programs that run in the machine: the last tells the stories.
const PROGRAMS: [(&str, &str); 4] = [
    ("tangle-node", "tangle-node"),
    ("pi-daemon", "pi-daemon"),
    ("wallet", "my-home"),
    ("virtual-radio", "virtual-radio"),
];

/// How often, and what of it.
#[derive(Args)]
pub(crate) struct Options {
    /// How many times the machine is started anew.
    #[arg(long, value_name = "TIMES", default_value_t = 1)]
    repeat: u32,
    /// Only stories whose name contains this.
    #[arg(long, value_name = "WORDS")]
    only: Option<String>,
    /// With the programs that were built last, as by `cargo xtask test`.
    #[arg(long)]
    as_built: bool,
}

/// Installs what is missing, builds the programs, and lets the machine tell its stories.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    ensure!(IS_X86_64, "{}", no_machine());
    packages::install(&[packages::BUILD])?;
    if !options.as_built {
        build()?;
    }
    let stories = Stories::prepare(options.only.as_deref())?;
    let mut failed = 0;
    for round in 1..=options.repeat {
        let start = Instant::now();
        let told = stories.tell()?;
        println!(
            "── start {round} of {}: {told}, {:.0} s",
            options.repeat,
            start.elapsed().as_secs_f64()
        );
        failed += u32::from(!told.is_well());
    }
    if failed > 0 {
        bail!(
            "{failed} of {} starts failed; what was said is above",
            options.repeat
        );
    }
    Ok(())
}

/// Every story, with the programs that the tests' build has made. What fails is told once more in a new machine, as every
/// other test is.
pub(crate) fn run_with_tests() -> anyhow::Result<()> {
    if !IS_X86_64 {
        println!("Not run: {}.", no_machine());
        return Ok(());
    }
    let told = Stories::prepare(None)?.tell()?;
    println!("{told}");
    let Told::Stories {
        told: 1..,
        failed: stories,
    } = told
    else {
        bail!("{told}; what was said is above");
    };
    for story in stories {
        let again = Stories::prepare(Some(&story))?.tell()?;
        ensure!(again.is_well(), "{story} failed twice; why is above");
        println!("{story}: FLAKY, it failed and then held");
    }
    Ok(())
}

const IS_X86_64: bool = cfg!(target_arch = "x86_64");

fn no_machine() -> String {
    format!(
        "the virtual machine for Bluetooth is an x86_64 one, and this computer is {}; `cargo xtask test-ble` runs on an x86_64 computer",
        std::env::consts::ARCH
    )
}

fn build() -> anyhow::Result<()> {
    let packages = PROGRAMS.iter().flat_map(|(package, _)| ["-p", *package]);
    let mut build = cargo(&["build", "--quiet", "--locked", "--bins"]);
    must("cargo build", build.args(packages))
}

/// A machine that is ready to be started.
struct Stories {
    kernel: kernel::Kernel,
    image: PathBuf,
}

impl Stories {
    fn prepare(only: Option<&str>) -> anyhow::Result<Self> {
        packages::install(&[packages::RADIO])?;
        let folder = cache()?.join("virtual-radio");
        let kernel = kernel::Kernel::fetched(&folder)?;
        let built = target().join("debug");
        let programs = PROGRAMS.map(|(_, program)| built.join(program));
        let image = image::make(&folder, &kernel, &programs, only)?;
        Ok(Self { kernel, image })
    }

    fn tell(&self) -> anyhow::Result<Told> {
        machine::run(&self.kernel, &self.image)
    }
}
