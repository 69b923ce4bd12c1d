-- Which files and links are on this disk, so that it can be said of a directory without its entries.

-- Two more bits of `path.state`: 16 a file or link that is here, 32 one that is elsewhere only. A
-- device that keeps everything has next to nothing in the new index.
UPDATE path SET state = state | (
    SELECT CASE WHEN e.kind >> 1 & 3 NOT IN (1, 2) THEN 0 WHEN e.holders & 1 THEN 16 ELSE 32 END
    FROM entry e WHERE e.id = path.id
);
CREATE INDEX path_elsewhere ON path (key) WHERE state & 32;
