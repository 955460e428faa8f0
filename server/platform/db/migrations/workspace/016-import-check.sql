-- Writer: features/imports. What the status columns of an upload say about who may be mailed, counted over the whole
-- file, as JSON. NULL once the import has been started or cancelled, since it contains personal data.
ALTER TABLE import ADD COLUMN status_check TEXT;
