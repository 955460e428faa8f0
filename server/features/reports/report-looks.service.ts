import type { LookAt } from "../ports.ts";
import type { RecipientQuery } from "./reports.schema.ts";
import {
  campaignLinks,
  campaignReport,
  campaignTimeline,
  dashboard,
  listRecipients,
} from "./reports.service.ts";

/** Queries over all recipients of a campaign or a whole workspace, which therefore run on the reads thread. */
export const reportLooks = {
  dashboard: {
    name: "dashboard",
    read: ({ db, now }: LookAt, _: null) => dashboard(db, now),
  },
  report: {
    name: "report",
    read: ({ db, now }: LookAt, campaignId: number) => campaignReport(db, campaignId, now),
  },
  timeline: {
    name: "timeline",
    read: (
      { db }: LookAt,
      asked: { campaignId: number; bucket: Parameters<typeof campaignTimeline>[2] },
    ) => campaignTimeline(db, asked.campaignId, asked.bucket),
  },
  links: {
    name: "links",
    read: ({ db }: LookAt, campaignId: number) => campaignLinks(db, campaignId),
  },
  recipients: {
    name: "recipients",
    read: ({ db }: LookAt, asked: { campaignId: number; query: RecipientQuery }) =>
      listRecipients(db, asked.campaignId, asked.query),
  },
};
