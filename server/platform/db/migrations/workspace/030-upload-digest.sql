-- What an upload was when it arrived, so that a file that was cut or changed since is not imported as complete.
ALTER TABLE import ADD COLUMN sha256 TEXT;                           -- hex; NULL for uploads from before
