-- The front of each longer manifest (`content::front`), apart from it: a manifest of a large file lies in
-- hundreds of pages, and whoever reads the first bytes of that file waits for the front alone. Manifests that
-- were known before have none; theirs is cut anew each time.

CREATE TABLE front (
    manifest INTEGER PRIMARY KEY,
    bytes    BLOB NOT NULL
) STRICT;
