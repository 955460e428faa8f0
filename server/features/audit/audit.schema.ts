import { t } from "elysia";
import { pageOf, pageQuery } from "../../platform/http/schemas.ts";

export const AuditQuery = t.Object({
  ...pageQuery,
  action: t.Optional(
    t.String({ maxLength: 60, description: "Only entries of this action, e.g. campaign.launch" }),
  ),
});

export const AuditPage = pageOf(
  t.Object({
    id: t.Number(),
    at: t.Number({ description: "Unix ms" }),
    actorId: t.Union([t.String(), t.Null()], {
      description: "User id, key:<id>, or null for the instance itself",
    }),
    actorName: t.Union([t.String(), t.Null()]),
    action: t.String(),
    target: t.String(),
    detail: t.Record(t.String(), t.Unknown()),
  }),
);

export const AuditVerdict = t.Object({
  ok: t.Boolean(),
  entries: t.Number(),
  brokenAt: t.Union([t.Number(), t.Null()], {
    description: "Id of the first entry that was changed or is missing",
  }),
  reason: t.Union([t.String(), t.Null()]),
});
