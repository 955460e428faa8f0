-- Writer: features/imports. What an upload says about who may be mailed, counted over the whole file, as JSON; NULL
-- once the import was started or cancelled, since the values are those of people.
ALTER TABLE import ADD COLUMN status_check TEXT;
