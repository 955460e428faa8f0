import { Elysia } from "elysia";
import { done, refusals, WorkspaceParams } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import {
  NewSuppressions,
  SuppressionCounts,
  SuppressionPage,
  SuppressionQuery,
  SuppressionRemoval,
  SuppressionRemoved,
  SuppressionsAdded,
} from "./suppressions.schema.ts";
import {
  addSuppressions,
  contactAt,
  holdingReason,
  listSuppressions,
  removeSuppression,
  suppressionCounts,
} from "./suppressions.service.ts";

export const suppressionRoutes = ({ guard, clock, outside }: AppDeps) =>
  new Elysia({
    name: "suppressions",
    prefix: "/workspaces/:workspaceId/suppressions",
    detail: { tags: ["Suppressions"] },
  })
    .use(guard)
    .get("/", ({ db, query }) => listSuppressions(db, query), {
      permission: "suppressions:read",
      params: WorkspaceParams,
      query: SuppressionQuery,
      response: { 200: SuppressionPage, ...refusals },
      detail: { summary: "List addresses that are not mailed" },
    })
    .get("/counts", ({ db }) => suppressionCounts(db), {
      permission: "suppressions:read",
      params: WorkspaceParams,
      response: { 200: SuppressionCounts, ...refusals },
      detail: { summary: "Count suppressions by reason" },
    })
    .post(
      "/",
      ({ db, body, note }) => {
        const result = addSuppressions(db, {
          addresses: body.addresses,
          reason: body.reason ?? "manual",
          detail: body.detail ?? "",
          source: "manual",
          now: clock(),
          expiresAt: body.expiresAt,
        });
        note({ detail: { added: result.added, reason: body.reason ?? "manual" } });
        return result;
      },
      {
        permission: "suppressions:write",
        audit: "suppression.add",
        idempotent: true,
        params: WorkspaceParams,
        body: NewSuppressions,
        response: { 200: SuppressionsAdded, ...refusals },
        detail: { summary: "Suppress addresses" },
      },
    )
    .delete(
      "/",
      ({ db, body, workspace, note }) => {
        const address = removeSuppression(db, body.address, {
          mayLiftComplaints: workspace.can("complaints:lift"),
        });
        outside.tracking.resubscribed(workspace.id, address);
        // The audit log outlives an erasure, so it names the contact and not the address.
        note({ target: contactAt(db, address) ?? "", detail: { why: body.reason } });
        return { ...done, remains: holdingReason(db, address, clock()) ?? null };
      },
      {
        permission: "suppressions:write",
        audit: "suppression.remove",
        params: WorkspaceParams,
        body: SuppressionRemoval,
        response: { 200: SuppressionRemoved, ...refusals },
        detail: {
          summary: "Remove a suppression",
          description:
            "A complaint can be removed only with complaints:lift, which administrators have. If the person had unsubscribed before a hard bounce, or the address was also suppressed for another reason, that suppression takes effect and must be removed separately; `remains` is its reason.",
        },
      },
    );
