import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type Withdrawal = {
  at: number;
  contactId: number;
  address: string;
  source: string;
  ip: string;
  userAgent: string;
  detail: string;
};

// A replayed request, or a second press of the button, adds no second withdrawal.
const insertWithdrawal = statement<[Withdrawal]>(`
  INSERT INTO consent (at, contact_id, address, action, source, actor, ip, user_agent, detail)
  SELECT @at, @contactId, @address, 'withdrawn', @source, 'contact', @ip, @userAgent, @detail
   WHERE NOT EXISTS (SELECT 1 FROM suppression
                      WHERE address = @address AND reason = 'unsubscribed')
`);

/**
 * Records a withdrawal in the consent ledger. Call it before suppressing the address: an existing `unsubscribed`
 * suppression means that the withdrawal is already recorded.
 */
export function addWithdrawal(db: Connection, withdrawal: Withdrawal): void {
  insertWithdrawal(db).run(withdrawal);
}
