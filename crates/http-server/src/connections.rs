//! A listener that holds a bounded number of connections, and of each household too.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use axum::http::HeaderMap;
use tokio::{net::TcpListener, sync::Semaphore};

use crate::{Front, Held};

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

/// One connection among those of its address.
#[derive(Debug)]
pub(crate) struct Place {
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
            return (Held::new(stream, room, place), address);
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
