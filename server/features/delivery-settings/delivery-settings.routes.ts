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
    description:
      "Days for which an address is not mailed after bounces that may be temporary; 0: permanently",
  }),
  hardBouncePercent: percent("Percentage of hard bounces that pauses a campaign; 0: never"),
  blockPercent: percent(
    "Percentage of refusals because of reputation or content that pauses a campaign; 0: never",
  ),
  complaintPercent: percent("Percentage of complaints that pauses a campaign; 0: never"),
  complaintWarnPercent: percent("Percentage of complaints at which the report warns; 0: never"),
};

const Settings = t.Object(fields, { title: "DeliverySettings" });
const Change = t.Partial(t.Object(fields));

/** A workspace's settings for bounces and complaints, and for when campaigns are paused automatically. */
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
