//! The node's whole file: every block that anybody ever published.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use rusqlite::{Connection, OpenFlags};
use scenarios::hoard::{HandKey, Plain};
use tangle::{Block, BlockId, Stored, Tag};

/// What lies under each tag, earliest first.
pub(crate) struct WholeLedger(BTreeMap<Tag, Vec<Vec<u8>>>);

impl WholeLedger {
    /// Reads a node's file while it runs.
    pub(crate) fn read(file: &Path) -> anyhow::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let db = Connection::open_with_flags(file, flags)
            .with_context(|| format!("{} cannot be read", file.display()))?;
        let mut statement =
            db.prepare("SELECT bytes FROM block WHERE tag IS NOT NULL ORDER BY number")?;
        let mut rows = statement.query([])?;
        let mut under: BTreeMap<Tag, Vec<Vec<u8>>> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let bytes: Vec<u8> = row.get(0)?;
            let block = Block::parse(&bytes)?;
            if let Some(stored) = Stored::from_block(BlockId([0; 32]), block, None) {
                under.entry(stored.tag).or_default().push(stored.data);
            }
        }
        Ok(Self(under))
    }

    /// How many tags are in use.
    pub(crate) fn places(&self) -> usize {
        self.0.len()
    }

    /// Places that hold two different blocks: each would be a number, a key and perhaps a nonce used twice.
    pub(crate) fn contradictions(&self) -> usize {
        let differ =
            |blocks: &&Vec<Vec<u8>>| blocks.iter().any(|block| Some(block) != blocks.first());
        self.0.values().filter(differ).count()
    }

    /// Blocks that were sent again with the same bytes.
    pub(crate) fn copies(&self) -> usize {
        self.0.values().map(|blocks| blocks.len() - 1).sum()
    }

    /// The first block that this key opens, where it belongs.
    pub(crate) fn opened_by(&self, key: &HandKey) -> Option<Plain> {
        let blocks = self.0.get(&Tag(key.tag.into()))?;
        blocks.iter().find_map(|block| key.open(block))
    }

    /// Whether exactly this lies there.
    pub(crate) fn holds(&self, tag: &[u8; 32], data: &[u8]) -> bool {
        let blocks = self.0.get(&Tag(*tag));
        blocks.is_some_and(|blocks| blocks.iter().any(|block| block == data))
    }
}
