//! Room for large answers: bounded all together, and for each household.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use axum::{
    body::Bytes,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use http_server::Front;
use serde::Serialize;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout_at},
};

use super::answer::Refusal;
use crate::limits;

/// The bytes that answers may take while they are made and sent.
pub(crate) struct Answers {
    all: Arc<Semaphore>,
    /// Of those who are being answered.
    households: Mutex<HashMap<IpAddr, Weak<Semaphore>>>,
    front: Front,
}

/// What one who asks may take of them.
pub(super) struct Share {
    all: Arc<Semaphore>,
    /// None for this computer, which is not counted.
    own: Option<Arc<Semaphore>>,
}

/// Room for one large answer; given back when its last byte has been sent.
pub(super) struct Room {
    all: OwnedSemaphorePermit,
    own: Option<OwnedSemaphorePermit>,
}

/// An answer that holds its room.
struct Held {
    bytes: Vec<u8>,
    _room: Room,
}

impl Answers {
    /// For those who come through this front.
    pub(crate) fn new(front: Front) -> Self {
        Self {
            all: Arc::new(Semaphore::new(limits::ANSWERS)),
            households: Mutex::default(),
            front,
        }
    }

    /// The share of the household that `peer` asks for.
    pub(super) fn share_of(&self, peer: IpAddr, headers: &HeaderMap) -> Share {
        Share {
            all: self.all.clone(),
            own: self
                .front
                .client(peer, headers)
                .map(|client| self.household(client)),
        }
    }

    fn household(&self, client: IpAddr) -> Arc<Semaphore> {
        let households = self.households.lock();
        let mut households = households.unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = households.get(&client).and_then(Weak::upgrade) {
            return known;
        }
        // Those whose answers are sent are forgotten: as many stay as there are connections, at the most.
        households.retain(|_, share| share.strong_count() > 0);
        let share = Arc::new(Semaphore::new(limits::ANSWERS_PER_CLIENT));
        households.insert(client, Arc::downgrade(&share));
        share
    }
}

impl Share {
    /// Waits until an answer of the largest size fits.
    pub(super) async fn reserve(&self) -> Result<Room, Refusal> {
        let deadline = Instant::now() + limits::ANSWER_WAIT;
        let own = match &self.own {
            Some(own) => {
                let taken = "your address has not yet taken what it asked for before";
                Some(fits(own, deadline, taken).await?)
            }
            None => None,
        };
        let all = fits(&self.all, deadline, "the node is busy answering others").await?;
        Ok(Room { all, own })
    }
}

async fn fits(
    room: &Arc<Semaphore>,
    deadline: Instant,
    taken: &str,
) -> Result<OwnedSemaphorePermit, Refusal> {
    // As JSON, a block takes a good third more.
    let largest = u32::try_from(limits::ANSWER * 2).unwrap_or(u32::MAX);
    let waiting = timeout_at(deadline, room.clone().acquire_many_owned(largest)).await;
    let permit = waiting.ok().and_then(Result::ok);
    permit.ok_or_else(|| Refusal::new(StatusCode::SERVICE_UNAVAILABLE, taken))
}

impl Room {
    /// An answer in JSON, which keeps as much room as it needs.
    pub(super) fn answer(mut self, answer: &impl Serialize) -> Result<Response, Refusal> {
        let bytes = serde_json::to_vec(answer)
            .map_err(|error| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
        for permit in [Some(&mut self.all), self.own.as_mut()]
            .into_iter()
            .flatten()
        {
            drop(permit.split(permit.num_permits().saturating_sub(bytes.len())));
        }
        let body = Bytes::from_owner(Held { bytes, _room: self });
        Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
    }
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}
