//! HTTP for strangers: how many connections a server holds, how long it waits for a request, and how often one address may ask.
//!
//! axum answers, and hyper keeps time; neither counts. [`Bounded`] does for connections, [`RateLimit`] for questions, and both
//! know who is asking when a proxy stands in front ([`Front`]).

mod connections;
mod files;
mod front;
mod held;
mod rate;
mod serve;

pub use connections::{Bounded, Bounds};
pub use files::make_room_for;
pub use front::Front;
pub use governor::Quota;
pub use held::{Held, LEAST, READING};
pub use rate::RateLimit;
pub use serve::{HEAD, HEADERS, serve};
