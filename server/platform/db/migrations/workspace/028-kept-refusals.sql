-- Leaving a list and taking a break are kept by address when a contact is deleted or gets another address, as
-- suppressions are: whoever adds the address again does not know of them. Nothing but the person's own sign-up, or
-- an administrator's decision about this one contact, undoes them.
-- Writers: the triggers below; features/lists (when a person joins again), features/privacy (on erasure).
CREATE TABLE kept_leave (
  address TEXT NOT NULL,
  list_id INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (list_id, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_leave_address ON kept_leave (address);

-- Read when a contact is added (features/contacts). Writers: the triggers below, features/privacy (on erasure, and for
-- retention).
CREATE TABLE kept_break (
  address TEXT PRIMARY KEY,
  until   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER kept_when_deleted BEFORE DELETE ON contact BEGIN
  DELETE FROM kept_break WHERE address = OLD.address;
  INSERT OR REPLACE INTO kept_leave (address, list_id, at)
  SELECT OLD.address, list_id, changed_at FROM list_contact
   WHERE contact_id = OLD.id AND status = 'unsubscribed';
  INSERT INTO kept_break (address, until)
  SELECT OLD.address, OLD.paused_until WHERE OLD.paused_until IS NOT NULL;
END;

CREATE TRIGGER kept_when_moved AFTER UPDATE OF address ON contact WHEN NEW.address <> OLD.address BEGIN
  DELETE FROM kept_break WHERE address = OLD.address;
  INSERT OR REPLACE INTO kept_leave (address, list_id, at)
  SELECT OLD.address, list_id, changed_at FROM list_contact
   WHERE contact_id = OLD.id AND status = 'unsubscribed';
  INSERT INTO kept_break (address, until)
  SELECT OLD.address, OLD.paused_until WHERE OLD.paused_until IS NOT NULL;
  -- A contact that gets its own earlier address back has decided for itself since.
  UPDATE list_contact SET status = 'unsubscribed', reason = 'unsubscribed before'
   WHERE contact_id = NEW.id AND status <> 'unsubscribed'
     AND list_id IN (SELECT list_id FROM kept_leave WHERE address = NEW.address)
     AND NOT EXISTS (SELECT 1 FROM contact_former_address
                      WHERE contact_id = NEW.id AND address = NEW.address);
  UPDATE contact SET paused_until = max(ifnull(paused_until, 0), (SELECT until FROM kept_break WHERE address = NEW.address))
   WHERE id = NEW.id
     AND EXISTS (SELECT 1 FROM kept_break WHERE address = NEW.address)
     AND NOT EXISTS (SELECT 1 FROM contact_former_address
                      WHERE contact_id = NEW.id AND address = NEW.address);
END;

-- Most lists have no such address, so that the first look-up ends most checks.
CREATE TRIGGER kept_leave_back AFTER INSERT ON list_contact
WHEN NEW.status <> 'unsubscribed'
 AND EXISTS (SELECT 1 FROM kept_leave WHERE list_id = NEW.list_id)
 AND EXISTS (SELECT 1 FROM kept_leave
              WHERE list_id = NEW.list_id
                AND address = (SELECT address FROM contact WHERE id = NEW.contact_id)) BEGIN
  UPDATE list_contact SET status = 'unsubscribed', reason = 'unsubscribed before'
   WHERE list_id = NEW.list_id AND contact_id = NEW.contact_id;
END;

CREATE TRIGGER kept_leave_list_gone AFTER DELETE ON list BEGIN
  DELETE FROM kept_leave WHERE list_id = OLD.id;
END;
