import type { Connection } from "../../platform/db/driver.ts";

/** An encrypted secret, and the purpose it is bound to. */
export type SealedSecret = { purpose: string; value: string };

/** The columns with encrypted secrets in a workspace's file, and the purpose of each. */
export type SealedColumn = { table: string; column: string; purpose: string };

/** One secret from each column that has any. A file of an older version may lack the table. */
export function sampleSecrets(db: Connection, columns: readonly SealedColumn[]): SealedSecret[] {
  return columns.flatMap(({ table, column, purpose }) => {
    const known = db
      .prepare("SELECT 1 FROM pragma_table_info(?) WHERE name = ?")
      .get(table, column);
    if (known === undefined) {
      return [];
    }
    const value = db
      .prepare<[], string>(`SELECT ${column} FROM ${table} WHERE ${column} LIKE 'v1.%' LIMIT 1`)
      .pluck()
      .get();
    return value === undefined ? [] : [{ purpose, value }];
  });
}
