-- Deleting a list of a million contacts takes many transactions and may be interrupted. is_going is 1 from the first
-- one on: the list's members are incomplete, so no campaign may use it. Writer: features/lists.
ALTER TABLE list ADD COLUMN is_going INTEGER NOT NULL DEFAULT 0;
