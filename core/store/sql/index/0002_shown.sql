-- Files that are not on this disk, and what must not leave it.

-- What a person was last shown of an entry that is not on the disk: an encoded version. NULL: nothing.
ALTER TABLE entry ADD COLUMN shown BLOB;

-- Contents that this device has promised to keep for others who give up theirs. Until when is known
-- only while the service runs; a promise of an earlier run counts from its start.
CREATE TABLE promise (
    content BLOB PRIMARY KEY          -- the whole hash
) WITHOUT ROWID;
