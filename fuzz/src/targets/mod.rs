//! The targets by name.

mod blocks;
mod codec;
mod consents;
mod messages;
mod mqtt;
mod nodes;
mod p1;
mod pairings;
mod prices;

/// One parser, what it is given, and what it begins with.
pub struct Target {
    /// What it is called on the command line.
    pub name: &'static str,
    /// Takes any bytes.
    pub run: fn(&[u8]),
    /// Bytes that are right, to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// Every target.
pub const TARGETS: &[Target] = &[
    Target {
        name: "p1-stream",
        run: p1::stream,
        seeds: p1::seeds,
    },
    Target {
        name: "block",
        run: blocks::block,
        seeds: blocks::block_seeds,
    },
    Target {
        name: "block-plaintext",
        run: blocks::plaintext,
        seeds: blocks::plaintext_seeds,
    },
    Target {
        name: "lane-keys",
        run: blocks::lane_keys,
        seeds: blocks::lane_keys_seeds,
    },
    Target {
        name: "grant",
        run: blocks::grant,
        seeds: blocks::grant_seeds,
    },
    Target {
        name: "codec",
        run: codec::codec,
        seeds: codec::seeds,
    },
    Target {
        name: "message",
        run: messages::message,
        seeds: messages::message_seeds,
    },
    Target {
        name: "message-body",
        run: messages::body,
        seeds: messages::body_seeds,
    },
    Target {
        name: "request",
        run: consents::request,
        seeds: consents::request_seeds,
    },
    Target {
        name: "receipt",
        run: consents::receipt,
        seeds: consents::receipt_seeds,
    },
    Target {
        name: "link",
        run: consents::link,
        seeds: consents::link_seeds,
    },
    Target {
        name: "price-file",
        run: prices::file,
        seeds: prices::seeds,
    },
    Target {
        name: "pairing-code",
        run: pairings::code,
        seeds: pairings::code_seeds,
    },
    Target {
        name: "pairing-frame",
        run: pairings::frame,
        seeds: pairings::frame_seeds,
    },
    Target {
        name: "pairing-bluetooth",
        run: pairings::bluetooth,
        seeds: pairings::bluetooth_seeds,
    },
    Target {
        name: "pairing-near",
        run: pairings::near,
        seeds: pairings::near_seeds,
    },
    Target {
        name: "node-block",
        run: nodes::block,
        seeds: nodes::block_seeds,
    },
    Target {
        name: "node-body",
        run: nodes::body,
        seeds: nodes::body_seeds,
    },
    Target {
        name: "mqtt",
        run: mqtt::packets,
        seeds: mqtt::seeds,
    },
    Target {
        name: "logins",
        run: nodes::logins,
        seeds: nodes::logins_seeds,
    },
];
