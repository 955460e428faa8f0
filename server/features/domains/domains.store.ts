import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction, statement } from "../../platform/db/statements.ts";

export type DomainRow = {
  id: number;
  name: string;
  dkimSelector: string;
  /** Encrypted. */
  dkimPrivate: string;
  dkimPublic: string;
  trackingHost: string;
  bounceHost: string;
  /** JSON: a verdict per purpose. */
  checks: string;
  checkedAt: number | null;
  verifiedAt: number | null;
  createdAt: number;
};

const columns = `
  id, name, dkim_selector AS dkimSelector, dkim_private AS dkimPrivate, dkim_public AS dkimPublic,
  tracking_host AS trackingHost, bounce_host AS bounceHost,
  checks, checked_at AS checkedAt, verified_at AS verifiedAt, created_at AS createdAt`;

const selectAll = statement<[], DomainRow>(`SELECT ${columns} FROM sending_domain ORDER BY name`);
const selectOne = statement<[id: number], DomainRow>(
  `SELECT ${columns} FROM sending_domain WHERE id = ?`,
);
const selectByName = statement<[name: string], DomainRow>(
  `SELECT ${columns} FROM sending_domain WHERE name = ?`,
);

type NewDomain = Pick<
  DomainRow,
  "name" | "dkimSelector" | "dkimPrivate" | "dkimPublic" | "createdAt"
>;

const insertDomain = statement<[NewDomain]>(`
  INSERT INTO sending_domain (name, dkim_selector, dkim_private, dkim_public, created_at)
  VALUES (@name, @dkimSelector, @dkimPrivate, @dkimPublic, @createdAt)
  ON CONFLICT (name) DO NOTHING
`);

// Senders of the domain or its subdomains are signed by it. The longest matching domain wins.
const linkSenders = statement<[{ id: number; name: string }]>(`
  UPDATE sender
     SET domain_id = @id
   WHERE (email LIKE '%@' || @name OR email LIKE '%.' || @name)
     AND (domain_id IS NULL
          OR (SELECT LENGTH(name) FROM sending_domain WHERE id = domain_id) < LENGTH(@name))
`);

const updateChecks = statement<
  [{ id: number; checks: string; checkedAt: number; verifiedAt: number | null }]
>(`
  UPDATE sending_domain
     SET checks = @checks, checked_at = @checkedAt, verified_at = @verifiedAt
   WHERE id = @id
`);

const replaceKey = statement<
  [{ id: number; selector: string; private: string; public: string; now: number }]
>(`
  UPDATE sending_domain
     SET dkim_selector = @selector, dkim_private = @private, dkim_public = @public,
         verified_at = @now
   WHERE id = @id
`);

const selectRecent = statement<[since: number], { id: number }>(`
  SELECT id
    FROM campaign
   WHERE status IN ('scheduled', 'preparing', 'sending', 'pausing', 'paused') OR launched_at >= ?
   LIMIT 1
`);

const selectUser = statement<[domainId: number], { name: string }>(`
  SELECT campaign.name
    FROM campaign
    JOIN sender ON sender.id = campaign.sender_id
   WHERE sender.domain_id = ?
     AND campaign.status NOT IN ('draft', 'completed', 'cancelled')
   LIMIT 1
`);

const removeDomain = statement<[id: number]>("DELETE FROM sending_domain WHERE id = ?");

export const listDomains = (db: Connection): DomainRow[] => selectAll(db).all();
export const findDomain = (db: Connection, id: number): DomainRow | undefined =>
  selectOne(db).get(id);
export const findDomainByName = (db: Connection, name: string): DomainRow | undefined =>
  selectByName(db).get(name);

/** Adds a domain and links its senders; undefined when the name already exists. */
export function addDomain(db: Connection, domain: NewDomain): number | undefined {
  return inTransaction(db, () => {
    const { changes, lastInsertRowid } = insertDomain(db).run(domain);
    if (changes === 0) {
      return undefined;
    }
    const id = Number(lastInsertRowid);
    linkSenders(db).run({ id, name: domain.name });
    return id;
  });
}

/** Makes this key the domain's signing key. It was seen in the DNS at `now`. */
export function storeSigningKey(
  db: Connection,
  key: { id: number; selector: string; private: string; public: string; now: number },
): void {
  replaceKey(db).run(key);
}

export function recordChecks(
  db: Connection,
  checks: { id: number; checks: string; checkedAt: number; verifiedAt: number | null },
): void {
  updateChecks(db).run(checks);
}

/** False when there was none. Its senders stay, unsigned. */
export const deleteDomainRow = (db: Connection, id: number): boolean =>
  removeDomain(db).run(id).changes === 1;

/** The name of an unfinished campaign that the domain signs, if any. */
export const findDomainUser = (db: Connection, id: number): string | undefined =>
  selectUser(db).get(id)?.name;

/** True when a campaign was launched since then or is being sent. */
export const hasSentSince = (db: Connection, since: number): boolean =>
  selectRecent(db).get(since) !== undefined;
