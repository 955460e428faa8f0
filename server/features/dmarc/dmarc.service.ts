import type { Connection } from "../../platform/db/driver.ts";
import { invalidField } from "../../platform/errors.ts";
import { DAY_MS } from "../../platform/time.rules.ts";
import type { Outside } from "../deps.ts";
import type { DmarcAdded, DmarcView } from "./dmarc.schema.ts";
import { newestReports, sumByDay, sumByDomain, sumBySource } from "./dmarc.store.ts";

const DEFAULT_DAYS = 30;

/** What receivers reported in recent days: by domain, over time, and by source, worst first. */
export function readDmarc(
  db: Connection,
  query: { domain?: string; days?: number },
  now: number,
): DmarcView {
  const since = now - (query.days ?? DEFAULT_DAYS) * DAY_MS;
  const filter = { since, domain: query.domain?.toLowerCase() ?? "" };
  return {
    domains: sumByDomain(db, { since, domain: "" }),
    days: sumByDay(db, filter),
    sources: sumBySource(db, filter),
    reports: newestReports(db, filter),
  };
}

/**
 * Stores a report that somebody received by mail.
 * @throws AppError `invalid_input` with the reason when it is not a report.
 */
export async function addDmarc(
  add: Outside["addDmarcReport"],
  workspaceId: string,
  bytes: Uint8Array,
): Promise<DmarcAdded> {
  const outcome = await add(workspaceId, bytes);
  if (outcome.kind === "refused") {
    throw invalidField("file", outcome.why);
  }
  const messages = outcome.kind === "kept" ? outcome.messages : 0;
  return { domain: outcome.domain, isNew: outcome.kind === "kept", messages };
}
