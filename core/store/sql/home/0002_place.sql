-- Where the drive shows a folder of which not every file is here, besides its own directory. NULL: nowhere.
ALTER TABLE attachment ADD COLUMN place BLOB;
