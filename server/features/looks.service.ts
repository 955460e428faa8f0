// Pages that look at a whole workspace: they are read on the reads thread, never on the HTTP thread.
import type { Connection } from "../platform/db/driver.ts";
import { type ContactFilter, countContacts, listContacts } from "./contacts/contacts.service.ts";
import type { RecipientQuery } from "./reports/reports.schema.ts";
import {
  campaignLinks,
  campaignReport,
  campaignTimeline,
  dashboard,
  listRecipients,
} from "./reports/reports.service.ts";

type At = { db: Connection; now: number };

/** By name what each page reads. Arguments and answers cross a thread boundary: plain values only. */
export const looks = {
  contacts: ({ db, now }: At, query: Parameters<typeof listContacts>[1]) =>
    listContacts(db, query, now),
  contactCount: ({ db, now }: At, filter: ContactFilter) => countContacts(db, filter, now),
  dashboard: ({ db, now }: At, _: null) => dashboard(db, now),
  report: ({ db, now }: At, campaignId: number) => campaignReport(db, campaignId, now),
  timeline: (
    { db }: At,
    asked: { campaignId: number; bucket: Parameters<typeof campaignTimeline>[2] },
  ) => campaignTimeline(db, asked.campaignId, asked.bucket),
  links: ({ db }: At, campaignId: number) => campaignLinks(db, campaignId),
  recipients: ({ db }: At, asked: { campaignId: number; query: RecipientQuery }) =>
    listRecipients(db, asked.campaignId, asked.query),
};

export type LookName = keyof typeof looks;

/** Reads a page of a workspace, in turns with other workspaces. @throws AppError what the page's function throws. */
export type Look = <K extends LookName>(
  workspaceId: string,
  name: K,
  asked: Parameters<(typeof looks)[K]>[1],
) => Promise<ReturnType<(typeof looks)[K]>>;

/** A look whose name and question belong together, as it crosses to the thread. */
export function lookAt(name: LookName, at: At, asked: unknown): unknown {
  return (looks[name] as (at: At, asked: unknown) => unknown)(at, asked);
}
