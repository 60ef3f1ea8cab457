//! Where the telegrams go.

use std::io::{self, ErrorKind, Write};

use anyhow::Context;

use crate::arguments::{Arguments, Speed};
use crate::pty::{Link, Terminal};
use crate::tcp::Port;

pub(crate) enum Outlet {
    Terminal(Terminal),
    Port(Port),
    Output(io::Stdout),
}

impl Outlet {
    pub(crate) fn open(arguments: &Arguments) -> anyhow::Result<Self> {
        if let Some(link) = &arguments.outlet.pty {
            let terminal = Terminal::open(link)?;
            println!("simulated-meter speaks on {}", link.display());
            return Ok(Self::Terminal(terminal));
        }
        if let Some(address) = &arguments.outlet.tcp {
            // Who limits the number of telegrams, or their pace by reading, wants to see them all.
            let patient = arguments.count.is_some() || arguments.speed == Speed::Unbounded;
            let port = Port::open(address, patient)?;
            println!("simulated-meter listens on {}", port.address());
            return Ok(Self::Port(port));
        }
        Ok(Self::Output(io::stdout()))
    }

    /// What must be undone when the program is told to stop.
    pub(crate) fn farewell(&self) -> Option<Link> {
        match self {
            Self::Terminal(terminal) => Some(terminal.link().clone()),
            Self::Port(_) | Self::Output(_) => None,
        }
    }

    pub(crate) fn wait_for_reader(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Port(port) => port.wait_for_reader(),
            Self::Terminal(_) | Self::Output(_) => Ok(()),
        }
    }

    /// Hands a telegram on. `false` if nobody will ever read again.
    pub(crate) fn send(&mut self, telegram: &[u8]) -> anyhow::Result<bool> {
        match self {
            Self::Terminal(terminal) => terminal.send(telegram).map(|()| true),
            Self::Port(port) => {
                port.send(telegram);
                Ok(true)
            }
            Self::Output(output) => {
                match output.write_all(telegram).and_then(|()| output.flush()) {
                    Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
                    result => result
                        .map(|()| true)
                        .context("standard output cannot be written"),
                }
            }
        }
    }

    /// Ends once what was sent is on its way.
    pub(crate) fn close(self) -> anyhow::Result<()> {
        match self {
            Self::Terminal(terminal) => terminal.close(),
            Self::Port(port) => port.close(),
            Self::Output(_) => {}
        }
        Ok(())
    }
}
