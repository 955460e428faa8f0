-- A contact's previous addresses, so that an erasure finds the person under each of them.
-- Writer: the trigger below, whenever an address changes.
CREATE TABLE contact_former_address (
  contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
  address    TEXT NOT NULL,
  until      INTEGER NOT NULL,
  PRIMARY KEY (contact_id, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_former_address_address ON contact_former_address (address);

CREATE TRIGGER contact_former_address_kept AFTER UPDATE OF address ON contact
WHEN NEW.address <> OLD.address BEGIN
  INSERT INTO contact_former_address (contact_id, address, until)
  VALUES (OLD.id, OLD.address, NEW.updated_at) ON CONFLICT DO NOTHING;
END;
