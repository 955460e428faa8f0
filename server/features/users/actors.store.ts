import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

const selectActors = statement<[{ ids: string }], { id: string; name: string }>(`
  SELECT user.id, user.name FROM json_each(@ids) AS one JOIN user ON user.id = one.value
  UNION ALL
  SELECT 'key:' || api_key.id, api_key.name
    FROM json_each(@ids) AS one JOIN api_key ON 'key:' || api_key.id = one.value
`);

export const selectNames = (system: Connection, ids: readonly string[]) =>
  selectActors(system).all({ ids: JSON.stringify(ids) });
