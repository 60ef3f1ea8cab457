//! The event API of a Stardust node (IOTA TIP-28): an MQTT 3.1.1 server that only this node publishes to.
//!
//! Topics match exactly, as on other nodes; what is published is never retained and has quality of service 0. A
//! subscriber that does not keep up is cut off, so that it notices and reconciles, instead of silently missing events.

mod connection;
mod event;
mod topic;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::{Bytes, BytesMut};
use rumqttc::mqttbytes::{QoS, v4::Publish};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::limits;

pub(crate) use self::{
    connection::{Greeter, Packets, serve_stream, serve_websocket},
    event::{BlockEvent, InitialState},
};

/// Who listens to what.
#[derive(Default)]
pub(crate) struct Broker {
    directory: Mutex<Directory>,
    next: AtomicU64,
    /// Events handed to subscribers so far.
    delivered: AtomicU64,
}

#[derive(Default)]
struct Directory {
    subscribers: HashMap<u64, Handle>,
    topics: HashMap<String, BTreeMap<u64, ()>>,
    clients: HashMap<String, u64>,
}

/// How to reach one subscriber.
struct Handle {
    queue: mpsc::Sender<Bytes>,
    gone: CancellationToken,
}

/// One connected client; forgotten when dropped.
pub(crate) struct Subscriber<'a> {
    broker: &'a Broker,
    number: u64,
    client: String,
    topics: Vec<String>,
    pub(crate) queue: mpsc::Receiver<Bytes>,
    /// Another connection took this client's name, or it did not keep up.
    pub(crate) gone: CancellationToken,
}

impl Broker {
    /// A client came. Who is connected under the same name is cut off (MQTT 3.1.1, 3.1.4-2).
    pub(crate) fn connect(&self, client: &str) -> Subscriber<'_> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let client = match client {
            "" => format!("#{number}"),
            _ => client.to_owned(),
        };
        let (sender, queue) = mpsc::channel(limits::MQTT_QUEUE);
        let gone = CancellationToken::new();
        let mut directory = self.lock();
        if let Some(before) = directory.clients.insert(client.clone(), number)
            && let Some(handle) = directory.subscribers.get(&before)
        {
            handle.gone.cancel();
        }
        let handle = Handle {
            queue: sender,
            gone: gone.clone(),
        };
        directory.subscribers.insert(number, handle);
        Subscriber {
            broker: self,
            number,
            client,
            topics: Vec::new(),
            queue,
            gone,
        }
    }

    /// Clients that are connected now.
    pub(crate) fn clients(&self) -> usize {
        self.lock().subscribers.len()
    }

    /// Events handed to subscribers so far.
    pub(crate) fn delivered(&self) -> u64 {
        self.delivered.load(Ordering::Relaxed)
    }

    /// Hands an event to everybody under this topic. The payload is only made when somebody is there.
    fn publish(&self, topic: &str, payload: impl FnOnce() -> Bytes) {
        let directory = self.lock();
        let Some(subscribers) = directory.topics.get(topic) else {
            return;
        };
        let packet = packet(topic, payload());
        for number in subscribers.keys() {
            if let Some(handle) = directory.subscribers.get(number) {
                handle.hand(&packet);
                self.delivered.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn has_subscribers(&self, topic: &str) -> bool {
        self.lock().topics.contains_key(topic)
    }

    fn lock(&self) -> MutexGuard<'_, Directory> {
        self.directory
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Handle {
    /// Never waits: who does not keep up is cut off.
    fn hand(&self, packet: &Bytes) {
        if self.queue.try_send(packet.clone()).is_err() {
            self.gone.cancel();
        }
    }
}

impl Subscriber<'_> {
    /// Whether there was room for one more topic.
    fn subscribe(&mut self, topic: &str) -> bool {
        if self.topics.iter().any(|known| known == topic) {
            return true;
        }
        if self.topics.len() >= limits::MQTT_TOPICS {
            return false;
        }
        self.topics.push(topic.to_owned());
        let mut directory = self.broker.lock();
        let topics = directory.topics.entry(topic.to_owned()).or_default();
        topics.insert(self.number, ());
        true
    }

    fn unsubscribe(&mut self, topic: &str) {
        self.topics.retain(|known| known != topic);
        self.broker.lock().forget(topic, self.number);
    }

    /// Hands this one an event, as the answer to its subscription.
    fn hand(&self, topic: &str, payload: Bytes) {
        if let Some(handle) = self.broker.lock().subscribers.get(&self.number) {
            handle.hand(&packet(topic, payload));
        }
    }
}

impl Drop for Subscriber<'_> {
    fn drop(&mut self) {
        let mut directory = self.broker.lock();
        for topic in &self.topics {
            directory.forget(topic, self.number);
        }
        directory.subscribers.remove(&self.number);
        if directory.clients.get(&self.client) == Some(&self.number) {
            directory.clients.remove(&self.client);
        }
    }
}

impl Directory {
    fn forget(&mut self, topic: &str, number: u64) {
        if let Some(subscribers) = self.topics.get_mut(topic) {
            subscribers.remove(&number);
            if subscribers.is_empty() {
                self.topics.remove(topic);
            }
        }
    }
}

/// A PUBLISH packet, encoded once for everybody under the topic.
fn packet(topic: &str, payload: Bytes) -> Bytes {
    let publish = Publish::from_bytes(topic, QoS::AtMostOnce, payload);
    let mut packet = BytesMut::with_capacity(publish.size());
    if let Err(error) = publish.write(&mut packet) {
        tracing::error!("an event under {topic} does not fit into a packet: {error}");
    }
    packet.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_reach_those_who_subscribed_and_nobody_else() {
        let broker = Broker::default();
        let (mut one, mut other) = (broker.connect("one"), broker.connect(""));
        assert!(one.subscribe("blocks"));
        assert!(other.subscribe("milestones"));
        broker.publish("blocks", || Bytes::from_static(b"block"));
        broker.publish("receipts", || unreachable!("nobody asked for it"));
        assert_eq!(
            one.queue.try_recv().ok(),
            Some(packet("blocks", Bytes::from_static(b"block")))
        );
        assert!(other.queue.try_recv().is_err());

        one.unsubscribe("blocks");
        assert!(!broker.has_subscribers("blocks"));
        drop(other);
        assert_eq!((broker.clients(), broker.delivered()), (1, 1));
        assert!(!broker.has_subscribers("milestones"));
    }

    #[test]
    fn a_second_connection_under_one_name_ends_the_first() {
        let broker = Broker::default();
        let first = broker.connect("name");
        let second = broker.connect("name");
        assert!(first.gone.is_cancelled() && !second.gone.is_cancelled());
        drop(first);
        let third = broker.connect("name");
        assert!(second.gone.is_cancelled() && !third.gone.is_cancelled());
    }

    #[test]
    fn who_does_not_keep_up_is_cut_off_and_others_go_on() {
        let broker = Broker::default();
        let (mut slow, mut quick) = (broker.connect("slow"), broker.connect("quick"));
        assert!(slow.subscribe("blocks") && quick.subscribe("blocks"));
        for _ in 0..=limits::MQTT_QUEUE {
            broker.publish("blocks", Bytes::new);
            assert!(quick.queue.try_recv().is_ok());
        }
        assert!(slow.gone.is_cancelled() && !quick.gone.is_cancelled());
        slow.queue.close();
    }

    #[test]
    fn topics_of_one_client_are_bounded() {
        let broker = Broker::default();
        let mut greedy = broker.connect("greedy");
        let taken =
            (0..limits::MQTT_TOPICS + 5).filter(|number| greedy.subscribe(&number.to_string()));
        assert_eq!(taken.count(), limits::MQTT_TOPICS);
        assert!(greedy.subscribe("0"), "the one it has");
    }
}
