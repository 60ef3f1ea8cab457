//! A meter, a Pi, a wallet, a Tangle and services, each a process of its own.

use crate::{Built, Home, Node, Pi, Provider};
use anyhow::{Context, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Everything that runs. Dropping it stops it all.
pub struct House {
    /// Where all data are.
    pub folder: PathBuf,
    /// The programs.
    pub built: Built,
    /// The wallet.
    pub home: Home,
    /// The services, in the order in which they were started.
    pub services: Vec<Provider>,
    /// The Pi at the meter.
    pub pi: Pi,
    /// The Tangle; after the others, which use it, because fields are dropped in their order.
    pub node: Node,
}

impl House {
    /// A Tangle node in `folder`, a Pi and a wallet that are not set up yet, and no services.
    ///
    /// # Errors
    /// When a program is not built, or the node does not start.
    pub fn start(built: Built, folder: &Path) -> anyhow::Result<Self> {
        let node = Node::start(&built, folder)?;
        Ok(Self {
            folder: folder.to_path_buf(),
            home: Home::new(&built, folder, &node.url)?,
            pi: Pi::new(&built, folder)?,
            built,
            services: Vec::new(),
            node,
        })
    }

    /// Starts a service called `name`, on `preferred_port` if that is free.
    ///
    /// # Errors
    /// When it does not start.
    pub fn open_service(
        &mut self,
        name: &'static str,
        preferred_port: u16,
    ) -> anyhow::Result<&Provider> {
        let service = Provider::start(
            &self.built,
            name,
            preferred_port,
            &self.folder,
            &self.node.url,
        )?;
        self.services.push(service);
        self.service(self.services.len() - 1)
    }

    /// The service that was started as number `n`.
    ///
    /// # Errors
    /// When there is none.
    pub fn service(&self, n: usize) -> anyhow::Result<&Provider> {
        self.services.get(n).context("that service was not started")
    }

    /// Whether everything that was started still runs.
    ///
    /// # Errors
    /// The last words of a program that ended.
    pub fn all_well(&mut self) -> anyhow::Result<()> {
        let services = self.services.iter_mut().map(|service| &mut service.process);
        let node = [&mut self.node.process];
        for process in services.chain(&mut self.pi.daemon).chain(node) {
            if !process.is_running() {
                bail!(process.obituary());
            }
        }
        Ok(())
    }

    /// Asks again until there is an answer.
    ///
    /// # Errors
    /// When a program ended, or after `seconds`.
    pub fn wait_for<T>(
        &mut self,
        seconds: u64,
        what: &str,
        mut ask: impl FnMut(&Self) -> anyhow::Result<Option<T>>,
    ) -> anyhow::Result<T> {
        let deadline = Instant::now() + Duration::from_secs(seconds);
        loop {
            self.all_well()?;
            let answer = ask(self);
            if let Ok(Some(found)) = answer {
                return Ok(found);
            }
            if Instant::now() > deadline {
                answer.with_context(|| format!("waited {seconds} s for {what}"))?;
                bail!("waited {seconds} s for {what}");
            }
            std::thread::sleep(Duration::from_millis(250));
        }
    }
}

/// The whole number at `pointer` (RFC 6901) of a program's answer.
pub fn number(value: &Value, pointer: &str) -> Option<u64> {
    value.pointer(pointer).and_then(Value::as_u64)
}

/// The text at `pointer` (RFC 6901) of a program's answer; empty when it is not there.
pub fn text(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}
