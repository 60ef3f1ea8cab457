//! A smart meter that is not there: writes the telegrams of a simulated household to a
//! pseudo-terminal, a TCP port or standard output.

mod arguments;
mod outlet;
mod pace;
mod pty;
mod signals;
mod tcp;

use std::io::IsTerminal;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use simulated_meter::Household;

use crate::arguments::Arguments;
use crate::outlet::Outlet;
use crate::pace::Pace;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    start_log(&arguments.log);
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("simulated-meter: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let start = arguments.start()?;
    let mut household = Household::new(arguments.seed).with_dialect(arguments.dialect);
    tracing::info!("household {}: {}", arguments.seed, household.equipment());
    let stopping = signals::block().context("signals cannot be taken over")?;
    let mut outlet = Outlet::open(arguments)?;
    stopping.then(outlet.farewell());
    let mut sealer = arguments.sealer()?;
    let mut pace = Pace::new(arguments.speed, household.dialect().interval());
    for number in 0..arguments.count.unwrap_or(u64::MAX) {
        outlet.wait_for_reader()?;
        pace.wait();
        let seconds = household
            .dialect()
            .interval()
            .saturating_mul(i64::try_from(number)?);
        let mut telegram = household.telegram_at(start.saturating_add(seconds));
        if let Some(sealer) = &mut sealer {
            let sealed = sealer.seal(&telegram);
            telegram = sealed.context("the counter of encrypted telegrams is used up")?;
        }
        if let Some(fault) = arguments.fault.filter(|_| number % 10 == 9) {
            telegram = fault.befall(telegram);
        }
        if !outlet.send(&telegram)? {
            tracing::info!("nobody reads any more; stopped after {number} telegrams");
            break;
        }
    }
    outlet.close()
}

fn start_log(filter: &str) {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
}
