-- What this device knows of one folder. Written through the trait `engine::index::Index` only.
--
-- Size rules: whole numbers are stored in as few bytes as their value needs (0 and 1 in none), so small
-- numbers stand for everything that repeats: directories, actors, devices. Whatever is on the disk just as
-- the winner says is NULL. Every secondary index is partial or has a key of at most four bytes, except
-- the sequence, which the exchange walks.

-- Every actor that a version names, and whose it is once that is known.
CREATE TABLE actor (
    number  INTEGER PRIMARY KEY,     -- stands for the actor in every encoded version
    actor   INTEGER NOT NULL UNIQUE, -- 64 random bits
    device  BLOB,                    -- 32 bytes; NULL until a device claimed it
    counter INTEGER NOT NULL         -- the highest counter seen
);

-- Directories that hold entries, so that an entry need not repeat its whole path.
CREATE TABLE directory (
    id  INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE         -- as in `path`; empty for the top of the folder
);
INSERT INTO directory (id, key) VALUES (0, x'');

-- One row per path ever known and not yet forgotten.
CREATE TABLE entry (
    id          INTEGER PRIMARY KEY,
    directory   INTEGER NOT NULL,    -- where it stands …
    name        TEXT NOT NULL,       -- … and its last component
    sequence    INTEGER NOT NULL,
    via         INTEGER,             -- who told it: sequence << 6 | device number (9 bytes if that is too long)
    holders     INTEGER NOT NULL,    -- one bit per device number
    kind        INTEGER NOT NULL,    -- 1 if work remains | 0 tombstone, 2 link, 4 file, 6 directory | 8 if chunked | mode << 4
    content     BLOB,                -- hash of a file, text of a link, destination of a tombstone
    size        INTEGER,             -- bytes of a file
    mtime       INTEGER NOT NULL,    -- nanoseconds since 1970
    history     BLOB NOT NULL,       -- version, dot and resolved conflict of the winner
    siblings    BLOB,                -- the other concurrent versions
    problem     TEXT,                -- why the work waits
    inode       INTEGER,             -- NULL: nothing stands on the disk
    ctime       INTEGER,             -- relative to the mtime on the disk
    disk        BLOB,                -- how the disk differs from the winner
    content_key INTEGER,             -- first four bytes of the hash of the file on the disk
    fold        INTEGER              -- four bytes of hash of the folded path, if folding changes it
);
CREATE INDEX entry_sequence ON entry (sequence);
CREATE INDEX entry_content ON entry (content_key) WHERE content_key IS NOT NULL;
CREATE INDEX entry_inode ON entry (inode) WHERE content_key IS NOT NULL;
CREATE INDEX entry_fold ON entry (fold) WHERE fold IS NOT NULL;

-- The paths in their order, and what makes some of them special. Only the special ones stand in the
-- partial indexes.
CREATE TABLE path (
    key   BLOB PRIMARY KEY,          -- the path with NUL for '/': orders component by component
    id    INTEGER NOT NULL,          -- of the entry
    state INTEGER NOT NULL           -- 1 work remains | 2 has a problem | 4 has losers | 8 tombstone
) WITHOUT ROWID;
CREATE INDEX path_needed ON path (key) WHERE state & 1;
CREATE INDEX path_problem ON path (key) WHERE state & 2;
CREATE INDEX path_conflict ON path (key) WHERE state & 4;
CREATE INDEX path_tombstone ON path (key) WHERE state & 8;

-- Chunk lists of contents of more than one chunk, and sampled chunks to find alike ones.
CREATE TABLE manifest (
    id     INTEGER PRIMARY KEY,
    key    INTEGER NOT NULL,         -- first eight bytes of the hash
    hash   BLOB NOT NULL,
    sketch BLOB NOT NULL,            -- eight bytes for each sampled chunk
    bytes  BLOB NOT NULL
);
CREATE INDEX manifest_key ON manifest (key);
CREATE TABLE sketch (
    chunk    INTEGER NOT NULL,       -- first eight bytes of a sampled chunk's hash
    manifest INTEGER NOT NULL,
    PRIMARY KEY (chunk, manifest)
) WITHOUT ROWID;

-- Devices ever heard of, and how far the exchange with them went. A position is epoch, sequence, mark.
CREATE TABLE device (
    number               INTEGER PRIMARY KEY,
    id                   BLOB NOT NULL UNIQUE,
    received_epoch       INTEGER NOT NULL DEFAULT 0,
    received_sequence    INTEGER NOT NULL DEFAULT 0,
    received_mark        INTEGER NOT NULL DEFAULT 0,
    sent_epoch           INTEGER NOT NULL DEFAULT 0,
    sent_sequence        INTEGER NOT NULL DEFAULT 0,
    sent_mark            INTEGER NOT NULL DEFAULT 0,
    sent_before_epoch    INTEGER NOT NULL DEFAULT 0,
    sent_before_sequence INTEGER NOT NULL DEFAULT 0,
    sent_before_mark     INTEGER NOT NULL DEFAULT 0,
    counter_sent         INTEGER NOT NULL DEFAULT 0
);

-- Versions kept after they were replaced or deleted.
CREATE TABLE archived (
    id          INTEGER PRIMARY KEY,
    key         BLOB NOT NULL,       -- as in `path`
    entry       BLOB NOT NULL,
    archived_at INTEGER NOT NULL,    -- nanoseconds since 1970
    content_key INTEGER,             -- first eight bytes of a file's hash
    size        INTEGER NOT NULL     -- bytes
);
CREATE INDEX archived_key ON archived (key);
CREATE INDEX archived_time ON archived (archived_at);
CREATE INDEX archived_content ON archived (content_key, size) WHERE content_key IS NOT NULL;

-- Paths of the batch that the safety brake holds.
CREATE TABLE held (
    key      BLOB PRIMARY KEY,       -- as in `path`
    since    INTEGER NOT NULL,       -- nanoseconds since 1970
    register BLOB,                   -- NULL: a delete seen on this disk
    device   INTEGER,                -- who told the register …
    sequence INTEGER                 -- … and under which sequence
) WITHOUT ROWID;

-- The identity of this index; exactly one row.
CREATE TABLE identity (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    epoch    INTEGER NOT NULL,
    actor    INTEGER NOT NULL,
    counter  INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    inode    INTEGER,                -- of the database file when it was made: another one is a copy
    born     INTEGER,                -- when that file was made, nanoseconds since 1970, if known
    clean    INTEGER NOT NULL        -- whether it was closed properly
);
