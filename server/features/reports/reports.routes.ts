import { Elysia, t } from "elysia";
import type { Connection } from "../../platform/db/driver.ts";
import { refusals, WorkspaceItemParams, WorkspaceParams } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { workspaceFacts } from "../templates/message-scope.service.ts";
import { reportLooks } from "./report-looks.service.ts";
import {
  CampaignReport,
  Dashboard,
  LinkReport,
  RecipientPage,
  RecipientQuery,
  RecipientStory,
  Timeline,
  TimelineQuery,
  WhyAnswer,
  WhyQuery,
} from "./reports.schema.ts";
import { recipientStory } from "./reports.service.ts";
import { whyInCampaign } from "./why.ts";

const RecipientParams = t.Object({
  ...WorkspaceItemParams.properties,
  seq: t.Integer({ minimum: 1 }),
});

export const reportRoutes = ({ guard, clock, databases, outside }: AppDeps) => {
  const { system } = databases;
  const { look } = outside.reads;
  const whyContext = (db: Connection, workspaceId: string, language: "en" | "de" = "en") => ({
    ...{ db, system, language, now: clock() },
    timeZone: workspaceFacts(system, workspaceId).timeZone,
  });
  return new Elysia({
    name: "reports",
    prefix: "/workspaces/:workspaceId",
    detail: { tags: ["Reports"] },
  })
    .use(guard)
    .get("/dashboard", ({ workspace }) => look(workspace.id, reportLooks.dashboard, null), {
      permission: "reports:read",
      params: WorkspaceParams,
      response: { 200: Dashboard, ...refusals },
      detail: { summary: "Get the figures of the dashboard" },
    })
    .get(
      "/campaigns/:id/report",
      ({ workspace, params }) => look(workspace.id, reportLooks.report, params.id),
      {
        permission: "reports:read",
        params: WorkspaceItemParams,
        response: { 200: CampaignReport, ...refusals },
        detail: { summary: "Get the report of a campaign" },
      },
    )
    .get(
      "/campaigns/:id/report/timeline",
      ({ workspace, params, query }) =>
        look(workspace.id, reportLooks.timeline, { campaignId: params.id, bucket: query.bucket }),
      {
        permission: "reports:read",
        params: WorkspaceItemParams,
        query: TimelineQuery,
        response: { 200: Timeline, ...refusals },
        detail: { summary: "Get the events of a campaign over time" },
      },
    )
    .get(
      "/campaigns/:id/report/links",
      ({ workspace, params }) => look(workspace.id, reportLooks.links, params.id),
      {
        permission: "reports:read",
        params: WorkspaceItemParams,
        response: { 200: LinkReport, ...refusals },
        detail: { summary: "List the links of a campaign with their clicks" },
      },
    )
    .get(
      "/campaigns/:id/why",
      ({ db, params, query, workspace }) =>
        whyInCampaign(whyContext(db, workspace.id, query.language), params.id, query.email),
      {
        permission: "reports:read",
        params: WorkspaceItemParams,
        query: WhyQuery,
        response: { 200: WhyAnswer, ...refusals },
        detail: { summary: "Explain why somebody is or is not a recipient" },
      },
    )
    .get(
      "/campaigns/:id/recipients",
      ({ workspace, params, query }) =>
        look(workspace.id, reportLooks.recipients, { campaignId: params.id, query }),
      {
        permission: "reports:read",
        params: WorkspaceItemParams,
        query: RecipientQuery,
        response: { 200: RecipientPage, ...refusals },
        detail: { summary: "List the recipients of a campaign with status and reason" },
      },
    )
    .get(
      "/campaigns/:id/recipients/:seq",
      ({ db, params, workspace }) => {
        const queue = () => outside.queue.queue(workspace.id);
        return recipientStory(whyContext(db, workspace.id), queue, params.id, params.seq);
      },
      {
        permission: "reports:read",
        params: RecipientParams,
        response: { 200: RecipientStory, ...refusals },
        detail: { summary: "Explain why a recipient did or did not get a campaign" },
      },
    );
};
