import { t } from "elysia";
import { pageOf } from "../../platform/http/schemas.ts";

const nullable = <T extends Parameters<typeof t.Array>[0]>(schema: T) =>
  t.Union([schema, t.Null()]);

const ConsentEntrySchema = t.Object(
  {
    id: t.Number(),
    at: t.Number(),
    contactId: t.Number(),
    address: t.String({
      description: "The address at that time; a pseudonym after the person was erased",
    }),
    action: t.Union([t.Literal("given"), t.Literal("withdrawn"), t.Literal("changed")]),
    lists: t.Array(t.Object({ id: t.Number(), name: nullable(t.String()) }), {
      description: "The lists to which it applies; empty: all mail",
    }),
    source: t.String({ description: "form:3, preferences, campaign:7, import:12, manual, api" }),
    actor: t.String({ description: "contact, or the id of the person who acted for the contact" }),
    form: nullable(t.Object({ id: t.Number(), name: nullable(t.String()) })),
    wordingVersion: nullable(t.Number()),
    wordingHash: nullable(t.String({ description: "SHA-256 of the text, in hex" })),
    wording: nullable(t.String({ description: "The text that the person saw" })),
    ip: t.String(),
    userAgent: t.String(),
    proof: nullable(
      t.Object({
        requestedAt: t.Number(),
        requestIp: t.String(),
        requestUserAgent: t.String(),
        mailedAt: nullable(t.Number()),
        messageId: t.String(),
        confirmedAt: t.Number(),
      }),
    ),
    imported: nullable(
      t.Object(
        {
          at: t.String(),
          action: t.Union([t.Literal("given"), t.Literal("withdrawn"), t.Literal("changed")]),
          lists: t.Array(t.String()),
          source: t.String(),
          actor: t.String(),
          wording: t.Optional(t.String()),
          ip: t.Optional(t.String()),
          userAgent: t.Optional(t.String()),
          proof: t.Optional(t.String()),
          detail: t.Optional(t.String()),
        },
        { description: "True for a claim from an imported file, which was not verified here" },
      ),
    ),
    detail: t.String(),
    erasedAt: nullable(t.Number()),
  },
  { title: "ConsentEntry" },
);
export const ConsentPage = pageOf(ConsentEntrySchema);

export const ConsentExportQuery = t.Object({
  format: t.Optional(t.Union([t.Literal("csv"), t.Literal("json")], { default: "csv" })),
  contactId: t.Optional(t.Integer({ minimum: 1, description: "Only the entries of this contact" })),
});
