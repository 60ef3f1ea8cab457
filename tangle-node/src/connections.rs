//! A listener that holds a bounded number of connections, and of each address too.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};

use crate::limits;

/// Accepts while there is room.
pub(crate) struct Bounded {
    listener: TcpListener,
    room: Arc<Semaphore>,
    /// Most connections of one address; `None` for any number.
    per_address: Option<usize>,
    addresses: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A connection that gives its room back when it closes.
pub(crate) struct Held {
    stream: TcpStream,
    _room: Option<OwnedSemaphorePermit>,
    _place: Place,
}

/// One connection among those of its address.
struct Place {
    address: IpAddr,
    addresses: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// Who is at the other end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

impl Bounded {
    pub(crate) fn new(listener: TcpListener, per_address: Option<usize>) -> Self {
        Self {
            listener,
            room: Arc::new(Semaphore::new(limits::CONNECTIONS)),
            per_address,
            addresses: Arc::default(),
        }
    }

    /// A place for one more connection of this address, if it may have one. This machine may have any number.
    fn place(&self, address: IpAddr) -> Option<Place> {
        let mut addresses = self
            .addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let count = addresses.entry(address).or_default();
        let bounded = !address.to_canonical().is_loopback();
        if bounded && self.per_address.is_some_and(|most| *count >= most) {
            return None;
        }
        *count += 1;
        drop(addresses);
        Some(Place {
            address,
            addresses: self.addresses.clone(),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut addresses = self
            .addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = addresses.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                addresses.remove(&self.address);
            }
        }
    }
}

impl Connected<IncomingStream<'_, Bounded>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Bounded>) -> Self {
        Self(*stream.remote_addr())
    }
}

impl Listener for Bounded {
    type Io = Held;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Held, SocketAddr) {
        loop {
            let room = self.room.clone().acquire_owned().await.ok();
            let (stream, address) = Listener::accept(&mut self.listener).await;
            // Who has too many is hung up on.
            let Some(place) = self.place(address.ip()) else {
                continue;
            };
            // Answers are small and awaited; waiting to fill a packet would only delay them.
            let _ = stream.set_nodelay(true);
            let held = Held {
                stream,
                _room: room,
                _place: place,
            };
            return (held, address);
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
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
        Pin::new(&mut self.stream).poll_write(cx, buf)
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
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[tokio::test]
    async fn one_address_holds_a_bounded_number() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let bounded = Bounded::new(listener, Some(2));
        let (stranger, here) = ("192.0.2.1".parse().unwrap(), "127.0.0.1".parse().unwrap());
        let (first, second) = (bounded.place(stranger), bounded.place(stranger));
        assert!(first.is_some() && second.is_some() && bounded.place(stranger).is_none());
        drop(first);
        assert!(bounded.place(stranger).is_some());
        let held: Vec<_> = (0..10).map(|_| bounded.place(here)).collect();
        assert!(held.iter().all(Option::is_some));
        drop((held, second));
        assert!(bounded.addresses.lock().unwrap().is_empty());
    }
}
