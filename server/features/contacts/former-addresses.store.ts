import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

// In workspaces that are older than the table of former addresses, these addresses are in the tables that recorded them
// at the time. An address that another contact now has is excluded. The pseudonym of an erased person contains no @.
const selectFormer = statement<[{ contactId: number }], { address: string }>(`
  SELECT address FROM (
    SELECT address FROM contact_former_address WHERE contact_id = @contactId
     UNION SELECT address FROM message WHERE contact_id = @contactId
     UNION SELECT address FROM consent WHERE contact_id = @contactId
     UNION SELECT address FROM form_signup WHERE contact_id = @contactId
     UNION SELECT address FROM address_change WHERE contact_id = @contactId AND confirmed_at IS NOT NULL
  ) AS known
   WHERE instr(address, '@') > 0
     AND NOT EXISTS (SELECT 1 FROM contact WHERE contact.address = known.address)
`);

const selectOwner = statement<[address: string], { contactId: number }>(`
  SELECT contact_id AS contactId FROM contact_former_address
   WHERE address = ? ORDER BY until DESC LIMIT 1
`);

/** A contact's former addresses, except those that another contact has now. */
export function formerAddresses(db: Connection, contactId: number): string[] {
  return selectFormer(db)
    .all({ contactId })
    .map(({ address }) => address);
}

/** The contact that last had the address; undefined when none did. */
export function formerOwnerOf(db: Connection, address: string): number | undefined {
  return selectOwner(db).get(address)?.contactId;
}
