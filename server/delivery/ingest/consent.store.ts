import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import { isDoubt } from "../suppression.store.ts";

export type Withdrawal = {
  at: number;
  contactId: number;
  address: string;
  source: string;
  ip: string;
  userAgent: string;
  detail: string;
};

// A replay of the same request, or the reader who presses twice, is one withdrawal.
const insertWithdrawal = statement<[Withdrawal]>(`
  INSERT INTO consent (at, contact_id, address, action, source, actor, ip, user_agent, detail)
  SELECT @at, @contactId, @address, 'withdrawn', @source, 'contact', @ip, @userAgent, @detail
   WHERE NOT EXISTS (SELECT 1 FROM suppression
                      WHERE address = @address AND reason = 'unsubscribed' AND NOT ${isDoubt("suppression")})
`);

/** Writes into the consent ledger that somebody wants no more mail; called before the address is suppressed. */
export function addWithdrawal(db: Connection, withdrawal: Withdrawal): void {
  insertWithdrawal(db).run(withdrawal);
}
