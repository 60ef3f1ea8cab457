//! A listener that holds a bounded number of connections, and of each household too.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::http::HeaderMap;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Sleep, sleep},
};

use crate::Front;

/// How many connections a server holds at a time.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// All together; more wait in the operating system's queue.
    pub connections: usize,
    /// Of one address, as [`Front::client`] counts them; who has more is hung up on.
    pub per_client: usize,
}

/// Accepts while there is room.
#[derive(Debug)]
pub struct Bounded {
    listener: TcpListener,
    room: Arc<Semaphore>,
    /// `None` for any number.
    per_client: Option<usize>,
    clients: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// So long what is written waits for the other end to read on.
pub const READING: Duration = Duration::from_secs(30);

/// A connection that gives its room back when it closes, and that closes when the other end reads nothing of what it asked for.
#[derive(Debug)]
pub struct Held {
    stream: TcpStream,
    /// Runs while the other end does not read on.
    waits: Option<Pin<Box<Sleep>>>,
    _room: Option<OwnedSemaphorePermit>,
    _place: Option<Place>,
}

/// One connection among those of its address.
#[derive(Debug)]
struct Place {
    client: IpAddr,
    clients: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Bounded {
    /// Accepts from this listener. Behind a proxy every connection is the proxy's, so that addresses are not told apart.
    #[must_use]
    pub fn new(listener: TcpListener, bounds: Bounds, front: Front) -> Self {
        Self {
            listener,
            room: Arc::new(Semaphore::new(bounds.connections)),
            per_client: (front == Front::Network).then_some(bounds.per_client),
            clients: Arc::default(),
        }
    }

    /// The next connection, once there is room for it, and the address of its other end.
    pub async fn accept(&mut self) -> (Held, SocketAddr) {
        loop {
            let room = self.room.clone().acquire_owned().await.ok();
            // Waits where the system has no more files to give.
            let (stream, address) = axum::serve::Listener::accept(&mut self.listener).await;
            let Ok(place) = self.place(address.ip()) else {
                continue;
            };
            // Answers are small and awaited; waiting to fill a packet would only delay them.
            let _ = stream.set_nodelay(true);
            let held = Held {
                stream,
                waits: None,
                _room: room,
                _place: place,
            };
            return (held, address);
        }
    }

    /// A place for one more connection from there. This computer needs none.
    fn place(&self, peer: IpAddr) -> Result<Option<Place>, TooMany> {
        let client = Front::Network.client(peer, &HeaderMap::new());
        let Some((client, most)) = client.zip(self.per_client) else {
            return Ok(None);
        };
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let count = clients.entry(client).or_default();
        if *count >= most {
            return Err(TooMany);
        }
        *count += 1;
        let clients = Arc::clone(&self.clients);
        Ok(Some(Place { client, clients }))
    }
}

/// One address holds as many connections as it may.
#[derive(Debug)]
struct TooMany;

impl Drop for Place {
    fn drop(&mut self) {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = clients.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                clients.remove(&self.client);
            }
        }
    }
}

impl Held {
    /// What a write came to, unless the other end has kept it waiting for too long.
    fn in_time<T>(
        &mut self,
        written: Poll<io::Result<T>>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.waits = None;
            return written;
        }
        let waits = self.waits.get_or_insert_with(|| Box::pin(sleep(READING)));
        waits
            .as_mut()
            .poll(cx)
            .map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Held {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Held {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.in_time(written, cx)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.in_time(written, cx)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[tokio::test]
    async fn one_household_holds_a_bounded_number_and_this_computer_any() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let bounds = Bounds {
            connections: 100,
            per_client: 2,
        };
        let bounded = Bounded::new(listener, bounds, Front::Network);
        let place = |address: &str| bounded.place(address.parse().unwrap());
        let (first, second) = (place("2001:db8::1"), place("2001:db8::2"));
        assert!(first.is_ok() && second.is_ok() && place("2001:db8::3").is_err());
        assert!(place("192.0.2.1").is_ok());
        drop(first);
        assert!(place("2001:db8::3").is_ok());
        let held: Vec<_> = (0..10).map(|_| place("127.0.0.1")).collect();
        assert!(held.iter().all(Result::is_ok));
        drop((held, second));
        assert!(bounded.clients.lock().unwrap().is_empty());
    }
}
