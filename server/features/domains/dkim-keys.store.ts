import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

/** A key other than the active one. `private` is encrypted, and empty once the key is retired. */
export type DkimKeyRow = {
  id: number;
  domainId: number;
  selector: string;
  private: string;
  public: string;
  state: "next" | "retired";
  createdAt: number;
  retiredAt: number | null;
};

const columns = `
  id, domain_id AS domainId, selector, private, public, state, created_at AS createdAt,
  retired_at AS retiredAt`;

const selectAll = statement<[domainId: number], DkimKeyRow>(
  `SELECT ${columns} FROM dkim_key WHERE domain_id = ? ORDER BY id`,
);

const insertKey = statement<[Omit<DkimKeyRow, "id">]>(`
  INSERT INTO dkim_key (domain_id, selector, private, public, state, created_at, retired_at)
  VALUES (@domainId, @selector, @private, @public, @state, @createdAt, @retiredAt)
`);

const removeKey = statement<[{ id: number; domainId: number }]>(
  "DELETE FROM dkim_key WHERE id = @id AND domain_id = @domainId",
);

export const listDkimKeys = (db: Connection, domainId: number): DkimKeyRow[] =>
  selectAll(db).all(domainId);

export function addDkimKey(db: Connection, key: Omit<DkimKeyRow, "id">): void {
  insertKey(db).run(key);
}

/** False when there was none. */
export const deleteDkimKey = (db: Connection, domainId: number, id: number): boolean =>
  removeKey(db).run({ id, domainId }).changes === 1;
