-- Which contacts went into another one: what outlives a contact, such as the consent ledger, still names the
-- one that went, and is found through this. Writer: features/contacts.
CREATE TABLE contact_merge (
  from_id    INTEGER PRIMARY KEY,                -- the contact that is no more
  contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
  address    TEXT NOT NULL,                      -- that the one that went had
  at         INTEGER NOT NULL
) STRICT;
CREATE INDEX contact_merge_contact ON contact_merge (contact_id);
CREATE INDEX contact_merge_address ON contact_merge (address);
