-- Messages sent to an address that someone, perhaps not its owner, entered in a form. Counted across all workspaces, so
-- that several of them cannot flood one inbox together. The nightly clean-up deletes rows after a day. Writer:
-- features/contact-mail.
CREATE TABLE asked_mail (
  address_hash BLOB NOT NULL,                    -- HMAC of the address with a key derived from the instance's key
  ref          TEXT NOT NULL,                    -- identifies the message; the same at every attempt
  at           INTEGER NOT NULL,
  PRIMARY KEY (address_hash, ref)
) STRICT, WITHOUT ROWID;
CREATE INDEX asked_mail_at ON asked_mail (at);
