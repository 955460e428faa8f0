import { t } from "elysia";
import { pageOf } from "../../platform/http/schemas.ts";

const nullable = <T extends Parameters<typeof t.Union>[0][number]>(item: T) =>
  t.Union([item, t.Null()]);

export const DomainRecord = t.Object({
  purpose: t.Union([
    t.Literal("dkim"),
    t.Literal("spf"),
    t.Literal("dmarc"),
    t.Literal("tracking"),
  ]),
  type: t.Union([t.Literal("TXT"), t.Literal("CNAME")]),
  host: t.String(),
  value: t.String(),
  required: t.Boolean(),
  status: t.Union(
    [
      t.Literal("unchecked"),
      t.Literal("ok"),
      t.Literal("missing"),
      t.Literal("different"),
      t.Literal("unknown"),
    ],
    { description: "As of checkedAt" },
  ),
  found: t.Array(t.String()),
  message: t.String(),
});

export const DomainView = t.Object(
  {
    id: t.Integer(),
    name: t.String(),
    verifiedAt: nullable(t.Integer({ description: "When the DKIM key was last seen in the DNS" })),
    checkedAt: nullable(t.Integer()),
    createdAt: t.Integer(),
    records: t.Array(DomainRecord),
  },
  { title: "SendingDomain" },
);
export type DomainView = typeof DomainView.static;
export const DomainPage = pageOf(DomainView);
export const DomainCreate = t.Object({ name: t.String({ minLength: 1, maxLength: 253 }) });

export const SenderView = t.Object(
  {
    id: t.Integer(),
    name: t.String(),
    email: t.String(),
    replyTo: t.String(),
    domainId: nullable(t.Integer()),
    domainVerified: t.Boolean(),
    testOnly: t.Boolean({
      description: "A reserved domain: only for the test inbox or a local relay",
    }),
    createdAt: t.Integer(),
  },
  { title: "Sender" },
);
export type SenderView = typeof SenderView.static;
export const SenderPage = pageOf(SenderView);

const senderFields = {
  name: t.String({ minLength: 1, maxLength: 100 }),
  email: t.String({ minLength: 3, maxLength: 254 }),
  replyTo: t.String({ maxLength: 254 }),
};
export const SenderCreate = t.Object({
  name: senderFields.name,
  email: senderFields.email,
  replyTo: t.Optional(senderFields.replyTo),
});
export type SenderCreate = typeof SenderCreate.static;
export const SenderChange = t.Partial(t.Object(senderFields));
export type SenderChange = typeof SenderChange.static;
