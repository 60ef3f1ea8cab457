//! What can be measured, in the order in which data flow.

mod codec;
mod grant;
mod junk;
mod node;
mod p1;
mod path;
mod peers;
mod pow;
mod publish;
mod read;
mod resources;
mod seek;

use crate::figure::Figure;
use crate::household::Telegrams;

/// A group of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Section {
    /// Reading the meter's port.
    P1,
    /// Packing readings.
    Codec,
    /// From the port's bytes to sealed blocks.
    Publish,
    /// From a block to readings.
    Read,
    /// Finding a moment of the past.
    Seek,
    /// Handing over keys, and turning them.
    Grant,
    /// Throwing away what strangers put under a tag.
    Junk,
    /// A node under load: needs 5 GB of disk and some minutes.
    Node,
    /// Proof of work, and what it costs in a year.
    Pow,
    /// The real programs, from the meter to the graph and to the end of a consent.
    Path,
    /// The original's building blocks, beside ours.
    Peers,
}

impl Section {
    pub(crate) const ALL: [Self; 11] = [
        Self::P1,
        Self::Codec,
        Self::Publish,
        Self::Read,
        Self::Seek,
        Self::Grant,
        Self::Junk,
        Self::Node,
        Self::Pow,
        Self::Path,
        Self::Peers,
    ];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::P1 => "Reading the meter's port",
            Self::Codec => "Packing readings",
            Self::Publish => "Publishing",
            Self::Read => "Reading back",
            Self::Seek => "Finding a moment of the past",
            Self::Grant => "Handing over keys and turning them",
            Self::Junk => "Throwing junk away",
            Self::Node => "A node under load",
            Self::Pow => "Proof of work",
            Self::Path => "The whole path, with the real programs",
            Self::Peers => "Beside the building blocks of the original",
        }
    }

    pub(crate) fn measure(self, telegrams: &Telegrams) -> anyhow::Result<Vec<Figure>> {
        match self {
            Self::P1 => p1::measure(telegrams),
            Self::Codec => codec::measure(telegrams),
            Self::Publish => publish::measure(telegrams),
            Self::Read => read::measure(telegrams),
            Self::Seek => seek::measure(),
            Self::Grant => grant::measure(),
            Self::Junk => junk::measure(),
            Self::Node => node::measure(),
            Self::Pow => pow::measure(),
            Self::Path => path::measure(),
            Self::Peers => peers::measure(telegrams),
        }
    }
}
