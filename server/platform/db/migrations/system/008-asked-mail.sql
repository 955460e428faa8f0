-- Messages that went to an address because somebody, perhaps not its owner, entered it somewhere: over all
-- workspaces, so that many of them together cannot flood one inbox. A day later the nightly clean-up forgets
-- them. Writer: features/forms.
CREATE TABLE asked_mail (
  address_hash BLOB NOT NULL,                    -- HMAC of the address, by a key derived from the instance's
  ref          TEXT NOT NULL,                    -- what it is about, the same at each try
  at           INTEGER NOT NULL,
  PRIMARY KEY (address_hash, ref)
) STRICT, WITHOUT ROWID;
CREATE INDEX asked_mail_at ON asked_mail (at);
