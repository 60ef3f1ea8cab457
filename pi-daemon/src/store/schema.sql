-- What must outlive a power cut. Keys and the outbox are written in the same transactions (docs/protocol.md section 3.7).

-- Single values: the identity, pairing, the chains to and from the owner, the consents.
CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- A channel that is being published: a lane (owner lane code) or the history of one consent (owner consent id).
CREATE TABLE channel (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    lane         INTEGER UNIQUE,           -- NULL for history
    consent      BLOB UNIQUE,              -- NULL for a lane
    slot_seconds INTEGER NOT NULL,
    publisher    BLOB NOT NULL             -- the keys and the position of this very moment
) STRICT;

-- Who may read a lane: a consent, or the owner ('owner').
CREATE TABLE reader (
    lane     INTEGER NOT NULL,
    holder   BLOB NOT NULL,
    pairwise BLOB NOT NULL,
    PRIMARY KEY (lane, holder)
) STRICT, WITHOUT ROWID;

-- Slots that have ended and are not sealed yet, because the Tangle is away: in the clear, so that a reader who loses access
-- meanwhile never gets them. An empty body is a cover block.
CREATE TABLE pending (
    lane  INTEGER NOT NULL,
    slot  INTEGER NOT NULL,
    codec INTEGER NOT NULL,
    body  BLOB,
    PRIMARY KEY (lane, slot)
) STRICT, WITHOUT ROWID;

-- The exact bytes to be published, in order; kept until the ledger confirms them. They stand apart from what happens to
-- them, so that noting it does not write them again.
CREATE TABLE outbox (
    n       INTEGER PRIMARY KEY AUTOINCREMENT,
    what    TEXT NOT NULL,
    tag     BLOB NOT NULL,
    block   BLOB,                          -- the id under which it was published last
    sent_at INTEGER                        -- when it was published last
) STRICT;
CREATE TABLE outbox_bytes (
    n       INTEGER PRIMARY KEY,
    data    BLOB NOT NULL
) STRICT;
CREATE INDEX outbox_unsent ON outbox (n) WHERE sent_at IS NULL;

-- Raw readings, one row a minute and kind of data, as `readings::codec` writes them; the first to go when the disk is full.
CREATE TABLE raw (
    minute INTEGER NOT NULL,               -- unix seconds of its beginning
    kind   INTEGER NOT NULL,
    body   BLOB NOT NULL,
    PRIMARY KEY (minute, kind)
) STRICT, WITHOUT ROWID;

-- Roll-ups, one row an interval and kind of data, kept for good.
CREATE TABLE interval (
    granularity INTEGER NOT NULL,          -- 1 quarter-hours, 2 days
    kind        INTEGER NOT NULL,
    start       INTEGER NOT NULL,
    body        BLOB NOT NULL,
    PRIMARY KEY (granularity, kind, start)
) STRICT, WITHOUT ROWID;

-- History that a consent was granted and that has not been sent yet, a row a lane.
CREATE TABLE history (
    consent BLOB NOT NULL,
    lane    INTEGER NOT NULL,
    sent_to INTEGER NOT NULL,              -- everything before this was sent
    until   INTEGER NOT NULL,
    PRIMARY KEY (consent, lane)
) STRICT, WITHOUT ROWID;

-- The log of a consent channel as this device has seen it: what it said, and what was said to it.
CREATE TABLE conversation (
    consent BLOB PRIMARY KEY,
    log     BLOB NOT NULL
) STRICT, WITHOUT ROWID;
