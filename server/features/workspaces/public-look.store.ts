import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type PublicLookRow = { name: string; logoUrl: string; color: string };

const selectLook = statement<[], PublicLookRow>(
  "SELECT name, logo_url AS logoUrl, color FROM public_look WHERE id = 1",
);
const upsertLook = statement<[PublicLookRow & { now: number }]>(`
  INSERT INTO public_look (id, name, logo_url, color, updated_at) VALUES (1, @name, @logoUrl, @color, @now)
      ON CONFLICT (id) DO UPDATE
     SET name = excluded.name, logo_url = excluded.logo_url, color = excluded.color,
         updated_at = excluded.updated_at
`);

export const findPublicLook = (db: Connection): PublicLookRow | undefined => selectLook(db).get();

export function storePublicLook(db: Connection, look: PublicLookRow, now: number): void {
  upsertLook(db).run({ ...look, now });
}
