import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

const selectByMessageId = statement<[{ bare: string }], { id: number }>(`
  SELECT id FROM test_message WHERE message_id IN (@bare, '<' || @bare || '>') ORDER BY id DESC LIMIT 1
`);

/** The captured message with this Message-ID (without angle brackets), once it has arrived. */
export function findInInbox(inbox: Connection, messageId: string): number | undefined {
  return selectByMessageId(inbox).get({ bare: messageId })?.id;
}
