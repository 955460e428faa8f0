import { Elysia, t } from "elysia";
import { changeDeliverySettings, deliverySettings } from "../../delivery/index.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { refusals, WorkspaceParams } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";

const percent = (description: string) => t.Number({ minimum: 0, maximum: 100, description });

const fields = {
  softBounceDays: t.Integer({
    minimum: 0,
    maximum: 3_650,
    description: "How long an address rests that may come back; 0 = for good",
  }),
  hardBouncePercent: percent("Hard bounces that pause a campaign; 0 = never"),
  blockPercent: percent("Refusals for reputation or content that pause a campaign; 0 = never"),
  complaintPercent: percent("Complaints that pause a campaign; 0 = never"),
  complaintWarnPercent: percent("Complaints at which the report warns; 0 = never"),
};

const Settings = t.Object(fields, { title: "DeliverySettings" });
const Change = t.Partial(t.Object(fields));

/** What a workspace sets about bounces, complaints, and when campaigns pause themselves. */
export const deliverySettingsRoutes = ({ guard }: AppDeps) =>
  new Elysia({
    name: "delivery-settings",
    prefix: "/workspaces/:workspaceId/delivery-settings",
    detail: { tags: ["Sending"] },
  })
    .use(guard)
    .get("/", ({ db }) => deliverySettings(db), {
      permission: "sending:read",
      params: WorkspaceParams,
      response: { 200: Settings, ...refusals },
      detail: {
        summary: "Get when campaigns pause automatically and how long addresses are paused",
      },
    })
    .patch(
      "/",
      ({ db, body, note }) => {
        inTransaction(db, () => changeDeliverySettings(db, body));
        note({ detail: body });
        return deliverySettings(db);
      },
      {
        permission: "sending:write",
        audit: "delivery_settings.change",
        params: WorkspaceParams,
        body: Change,
        response: { 200: Settings, ...refusals },
        detail: { summary: "Change the given settings and keep the others" },
      },
    );
