-- Merged contacts. Records that outlive a contact, such as the consent ledger, still refer to the removed one and are
-- resolved through this table. Writer: features/contacts.
CREATE TABLE contact_merge (
  from_id    INTEGER PRIMARY KEY,                -- the contact that was removed
  contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
  address    TEXT NOT NULL,                      -- its address
  at         INTEGER NOT NULL
) STRICT;
CREATE INDEX contact_merge_contact ON contact_merge (contact_id);
CREATE INDEX contact_merge_address ON contact_merge (address);
