-- Version 1. Everything here but `letter` can be rebuilt from the 24 words.
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

-- The journal as it stands on the Tangle.
CREATE TABLE journal (number INTEGER PRIMARY KEY, body BLOB NOT NULL, signature BLOB NOT NULL);

-- What was decided and is not yet, or not yet surely, on the Tangle; oldest first.
CREATE TABLE letter (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    draft BLOB NOT NULL,
    number INTEGER,
    hash BLOB,
    fragments BLOB
);

-- How far each conversation has come.
CREATE TABLE place (name TEXT PRIMARY KEY, state BLOB NOT NULL) WITHOUT ROWID;

-- The owner as a reader of its own lanes.
CREATE TABLE reader (device BLOB NOT NULL, lane INTEGER NOT NULL, state BLOB NOT NULL, PRIMARY KEY (device, lane)) WITHOUT ROWID;
CREATE TABLE own_data (
    device BLOB NOT NULL,
    lane INTEGER NOT NULL,
    at INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    codec INTEGER NOT NULL,
    batch BLOB NOT NULL,
    PRIMARY KEY (device, lane, at, seq)
) WITHOUT ROWID;
