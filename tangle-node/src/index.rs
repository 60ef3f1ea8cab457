//! Index mode: follows a Stardust node that cannot look up by tag, and serves that look-up beside it.
//!
//! The node's live feed brings new blocks; walks through the past of its milestones bring what the feed missed, and
//! the walk of a milestone that reached its end proves that nothing before it is missing. Everything else that is
//! asked here is handed on to the node, so that one address serves both.

mod events;
mod follower;
mod node;
mod routes;

use std::{path::PathBuf, sync::Arc};

use http_server::serve;
use tangle::Logins;
use tokio_util::sync::CancellationToken;

use self::{
    events::Source,
    follower::Follower,
    node::{ForeignNode, shown},
};
use crate::{
    Limits, Retention, Running, StartError,
    routes::{Answers, TagIndex, protect},
    store::Store,
};

/// What an index is started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexConfig {
    /// Where to listen, such as `127.0.0.1:14266`; port 0 takes a free one.
    pub listen: String,
    /// The file that holds the blocks; made when it is not there.
    pub data: PathBuf,
    /// The node to follow, such as `http://127.0.0.1:14265`.
    pub follow: String,
    /// Where its live feed is, as `mqtt://host:port`; `None` for the WebSocket at the usual route.
    pub events: Option<String>,
    /// For a node that asks for one; only the index's own questions carry it.
    pub logins: Logins,
    /// What goes again.
    pub retention: Retention,
    /// How often one address may ask.
    pub limits: Limits,
}

/// Looks at the node, opens the file, and follows and serves until [`Running::stop`].
///
/// # Errors
/// [`StartError`] in a sentence that says what to do.
pub async fn start_index(config: IndexConfig) -> Result<Running, StartError> {
    let follow = |error: node::FollowError| StartError::Follow {
        node: shown(&config.follow),
        why: error.to_string(),
    };
    let source = Source::parse(config.events.as_deref())
        .ok_or_else(|| StartError::Events(config.events.clone().unwrap_or_default()))?;
    let node = ForeignNode::new(&config.follow, &config.logins).map_err(follow)?;
    let info = node.info().await.map_err(follow)?;
    if info.protocol.version != 2 {
        return Err(StartError::Follow {
            node: node.name(),
            why: format!(
                "it speaks protocol version {}, not 2",
                info.protocol.version
            ),
        });
    }
    let (listener, address) = crate::listen(&config.listen).await?;
    let store = Arc::new(Store::open(
        &config.data,
        &info.protocol.network_name,
        false,
    )?);
    let stop = CancellationToken::new();
    let follower = Arc::new(Follower::new(node, source, store.clone(), &info));
    let tags = Arc::new(TagIndex {
        store: store.clone(),
        answers: Answers::new(config.limits.front()),
        stop: stop.clone(),
    });
    let router = routes::router(follower.clone(), tags);
    let router = protect(router, config.limits.rate(), &stop);
    let listener = config.limits.listener(listener);
    let mut running = Running::new(address, stop.clone(), store.clone());
    running.spawn(follower.clone().listen(stop.clone()));
    running.spawn(follower.walk(stop.clone()));
    running.spawn(serve(listener, router, stop.cancelled_owned()));
    running.spawn_tidying(config.retention);
    Ok(running)
}
