import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type SenderRow = {
  id: number;
  name: string;
  email: string;
  replyTo: string;
  domainId: number | null;
  domainName: string | null;
  domainVerifiedAt: number | null;
  createdAt: number;
};

const select = `
  SELECT sender.id, sender.name, sender.email, sender.reply_to AS replyTo,
         sender.domain_id AS domainId, sending_domain.name AS domainName,
         sending_domain.verified_at AS domainVerifiedAt, sender.created_at AS createdAt
    FROM sender
    LEFT JOIN sending_domain ON sending_domain.id = sender.domain_id`;

const selectAll = statement<[], SenderRow>(`${select} ORDER BY sender.name, sender.id`);
const selectOne = statement<[id: number], SenderRow>(`${select} WHERE sender.id = ?`);

type SenderValues = { name: string; email: string; replyTo: string; domainId: number | null };

const insertSender = statement<[SenderValues & { createdAt: number }]>(`
  INSERT INTO sender (name, email, reply_to, domain_id, created_at)
  VALUES (@name, @email, @replyTo, @domainId, @createdAt)
  ON CONFLICT (email) DO NOTHING
`);

const updateSender = statement<[SenderValues & { id: number }]>(`
  UPDATE OR IGNORE sender
     SET name = @name, email = @email, reply_to = @replyTo, domain_id = @domainId
   WHERE id = @id
`);

const removeSender = statement<[id: number]>("DELETE FROM sender WHERE id = ?");

const selectUser = statement<[senderId: number], { name: string }>(`
  SELECT name
    FROM campaign
   WHERE sender_id = ?
     AND status = 'scheduled'
   LIMIT 1
`);

const selectDomainFor = statement<[domain: string, sameDomain: string], { id: number }>(`
  SELECT id
    FROM sending_domain
   WHERE ? = name OR ? LIKE '%.' || name
   ORDER BY LENGTH(name) DESC
   LIMIT 1
`);

export const listSenders = (db: Connection): SenderRow[] => selectAll(db).all();
export const findSender = (db: Connection, id: number): SenderRow | undefined =>
  selectOne(db).get(id);

/** The sending domain that signs for `domain`: the domain itself or its nearest parent. */
export const findDomainIdFor = (db: Connection, domain: string): number | null =>
  selectDomainFor(db).get(domain, domain)?.id ?? null;

/** Undefined when the address already exists. */
export function addSender(
  db: Connection,
  sender: SenderValues & { createdAt: number },
): number | undefined {
  const { changes, lastInsertRowid } = insertSender(db).run(sender);
  return changes === 0 ? undefined : Number(lastInsertRowid);
}

/** False when another sender has the address. */
export const replaceSender = (db: Connection, sender: SenderValues & { id: number }): boolean =>
  updateSender(db).run(sender).changes === 1;

export const deleteSenderRow = (db: Connection, id: number): boolean =>
  removeSender(db).run(id).changes === 1;

/** The name of a scheduled campaign that needs the sender, if any. */
export const findSenderUser = (db: Connection, id: number): string | undefined =>
  selectUser(db).get(id)?.name;
