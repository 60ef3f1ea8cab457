//! What the owner asks nearby, and the daemon does.

use std::sync::Arc;
use std::time::Duration;

use ::pairing::Route;
use ::pairing::near::{No, Request, Response};
use tangle::Tangle;

use super::Daemon;
use crate::device::near_in_words;
use crate::wifi;

/// How long a node that was just chosen may take to answer before the owner is told that it does not.
const NEW_NODE: Duration = Duration::from_secs(10);

impl Daemon {
    /// Does what the owner asks.
    pub(crate) async fn near_does(&self, request: Request) -> Response {
        tracing::info!("the owner is nearby and asks {}", near_in_words(&request));
        match request {
            Request::Wifi => match wifi::networks().await {
                Ok(networks) => Response::Wifi { networks },
                Err(trouble) => trouble.into(),
            },
            Request::Join { name, password } => {
                let joined = wifi::join(&name, password.as_ref()).await;
                // The node may be reachable now.
                self.ears.notify_one();
                joined.map_or_else(Into::into, |()| Response::Joined)
            }
            Request::Node => self.device().node_in_use(),
            Request::UseNode { address } => self.use_node(&address).await,
            Request::Meter => {
                let moment = self.moment();
                self.device().reading_now(moment)
            }
            Request::HandOver { blocks } => {
                let blocks: Vec<&[u8]> = blocks.iter().map(|block| block.as_slice()).collect();
                let now = self.now();
                let taken = self.device().take_by_hand(&blocks, now);
                self.ears.notify_one();
                taken.unwrap_or_else(|error| failed(&error))
            }
        }
    }

    /// The response as a message, if whoever asked is still there.
    pub(crate) fn near_says(&self, route: Route, response: &Response) -> Option<Vec<u8>> {
        let moment = self.moment();
        self.device().near_says(route, response, moment)
    }

    /// Goes on with another node. One that does not answer is used all the same: the network may be what comes next.
    async fn use_node(&self, address: &str) -> Response {
        let tangle = match tangle::connect(address) {
            Ok(tangle) => tangle,
            Err(error) => {
                return Response::No {
                    why: No::Address,
                    detail: Some(error.to_string()),
                };
            }
        };
        if let Err(error) = self.device().use_node(address) {
            return failed(&error);
        }
        self.goes_over_to(Arc::clone(&tangle));
        let answered = tokio::time::timeout(NEW_NODE, tangle.network()).await;
        let trouble = match answered {
            Ok(Ok(_)) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some(format!("no answer within {} s", NEW_NODE.as_secs())),
        };
        Response::Node {
            address: address.to_owned(),
            trouble,
        }
    }

    fn goes_over_to(&self, tangle: Arc<dyn Tangle>) {
        *self.tangle_in_use() = tangle;
        self.ears.notify_one();
        self.outgoing.notify_one();
    }
}

fn failed(error: &impl std::error::Error) -> Response {
    tracing::warn!("what the owner asked nearby was not done: {error}");
    Response::No {
        why: No::Failed,
        detail: Some(error.to_string()),
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]
mod tests;
