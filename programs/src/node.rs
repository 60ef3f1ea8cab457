//! A Tangle of one process and one file.

use crate::{Built, Process, free_port};
use std::path::Path;

/// A running `tangle-node`.
pub struct Node {
    /// Its address.
    pub url: String,
    pub(crate) process: Process,
}

impl Node {
    /// Starts a node with its file in `folder`, on the port of real nodes if that is free.
    ///
    /// # Errors
    /// When it does not start; its last words are in the error.
    pub fn start(built: &Built, folder: &Path) -> anyhow::Result<Self> {
        let listen = format!("127.0.0.1:{}", free_port(14265)?);
        let url = format!("http://{listen}");
        let file = folder.join("tangle.sqlite").display().to_string();
        let mut process = Process::start(
            "tangle-node",
            &built.program("tangle-node")?,
            &["--listen", &listen, "--data", &file],
            folder,
        )?;
        let health = format!("{url}/health");
        process.wait_until_ready(|| ureq::get(&health).call().is_ok())?;
        Ok(Self { url, process })
    }
}
