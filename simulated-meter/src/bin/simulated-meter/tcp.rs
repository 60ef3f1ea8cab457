//! A meter at the other end of a network, as serial servers make it.

use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Context;

/// A listening socket and its readers. The slowest reader sets the pace; one that takes nothing for
/// five seconds is sent away.
pub(crate) struct Port {
    address: SocketAddr,
    arrivals: Receiver<Reader>,
    readers: Vec<Reader>,
    patient: bool,
}

struct Reader {
    telegrams: SyncSender<Vec<u8>>,
    writer: JoinHandle<()>,
}

const STUCK: Duration = Duration::from_secs(5);
const WAITING_TELEGRAMS: usize = 64;

impl Port {
    /// Listens. A `patient` port says nothing until its first reader has come.
    pub(crate) fn open(address: &str, patient: bool) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(address).with_context(|| {
            format!(
                "the address {address} cannot be listened on; is it taken, or not of this machine?"
            )
        })?;
        let address = listener.local_addr().context("the socket has no address")?;
        let (announce, arrivals) = channel();
        thread::spawn(move || let_in(&listener, &announce));
        Ok(Self {
            address,
            arrivals,
            readers: Vec::new(),
            patient,
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn wait_for_reader(&mut self) -> anyhow::Result<()> {
        if self.patient && self.readers.is_empty() {
            self.readers.push(
                self.arrivals
                    .recv()
                    .context("the socket no longer listens")?,
            );
        }
        Ok(())
    }

    pub(crate) fn send(&mut self, telegram: &[u8]) {
        self.readers.extend(self.arrivals.try_iter());
        self.readers
            .retain(|reader| reader.telegrams.send(telegram.to_vec()).is_ok());
    }

    /// Ends once every reader has what was sent.
    pub(crate) fn close(self) {
        for reader in self.readers {
            drop(reader.telegrams);
            let _ = reader.writer.join();
        }
    }
}

fn let_in(listener: &TcpListener, announce: &Sender<Reader>) {
    for connection in listener.incoming() {
        match connection
            .and_then(Reader::welcome)
            .map(|reader| announce.send(reader))
        {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return,
            Err(error) => {
                tracing::warn!("a reader could not be let in: {error}");
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

impl Reader {
    fn welcome(connection: TcpStream) -> std::io::Result<Self> {
        let name = connection.peer_addr()?;
        connection.set_write_timeout(Some(STUCK))?;
        connection.set_nodelay(true)?;
        let (telegrams, queue) = sync_channel(WAITING_TELEGRAMS);
        tracing::info!("{name} reads");
        let writer = thread::spawn(move || match write_all(connection, &queue) {
            Ok(()) => {}
            Err(error) => tracing::info!("{name} reads no longer: {error}"),
        });
        Ok(Self { telegrams, writer })
    }
}

fn write_all(mut connection: TcpStream, queue: &Receiver<Vec<u8>>) -> std::io::Result<()> {
    queue
        .iter()
        .try_for_each(|telegram| connection.write_all(&telegram))
}
