-- Which addresses an erased contact had: links in mail that a person got before the erasure must still be able to stop
-- their mail once the erasure is lifted. As in erased_address, only the HMAC of the address is stored, until then.
-- Writers: features/contacts, for features/privacy; the ingester (refusal, refused_at).
CREATE TABLE erased_contact (
  contact_id INTEGER NOT NULL,
  hash       BLOB NOT NULL,
  address    TEXT,                               -- NULL unless the erasure of this address was lifted
  -- What the person said while the erasure was in force; becomes a suppression when it is lifted.
  refusal    TEXT CHECK (refusal IN ('unsubscribed', 'complaint')),
  refused_at INTEGER CHECK ((refused_at IS NULL) = (refusal IS NULL)),
  PRIMARY KEY (contact_id, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX erased_contact_hash ON erased_contact (hash);
CREATE INDEX erased_contact_address ON erased_contact (address) WHERE address IS NOT NULL;
