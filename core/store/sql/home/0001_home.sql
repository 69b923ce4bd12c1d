-- What this device knows of its home, and what its user decided for this device alone.

-- The home's settings: signed statements. Which of them hold is worked out from all of them.
CREATE TABLE record (
    key   TEXT PRIMARY KEY,          -- as `wire::Record::key` gives it
    bytes BLOB NOT NULL              -- as `wire::codec::encode_record` gives it
) WITHOUT ROWID;

-- Settings of this device.
CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- Folders that this device takes part in.
CREATE TABLE attachment (
    folder BLOB PRIMARY KEY,         -- 16 bytes
    root   BLOB,                     -- the directory as the system spells it; NULL: no plain files here
    mode   TEXT NOT NULL             -- clone, stream, storage or portal
) WITHOUT ROWID;

-- Where other devices were reached, or where the user said that they are.
CREATE TABLE address (
    device  BLOB NOT NULL,           -- 32 bytes
    address TEXT NOT NULL,           -- IP:port
    seen_at INTEGER NOT NULL,        -- nanoseconds since 1970
    PRIMARY KEY (device, address)
) WITHOUT ROWID;

-- When other devices were last connected.
CREATE TABLE contact (
    device  BLOB PRIMARY KEY,        -- 32 bytes
    seen_at INTEGER NOT NULL         -- nanoseconds since 1970
) WITHOUT ROWID;
