-- Deleting a list of a million takes many transactions, and may be stopped half-way: from the first one on it is going,
-- and no campaign may count on who is in it. Writer: features/lists.
ALTER TABLE list ADD COLUMN is_going INTEGER NOT NULL DEFAULT 0;
