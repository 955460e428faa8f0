import { t } from "elysia";
import { CauseSchema, pageOf } from "../../platform/http/schemas.ts";

const nullable = <T extends Parameters<typeof t.Union>[0][number]>(item: T) =>
  t.Union([item, t.Null()]);

export const DomainRecord = t.Object({
  purpose: t.Union([
    t.Literal("dkim"),
    t.Literal("dkim_next"),
    t.Literal("spf"),
    t.Literal("dmarc"),
    t.Literal("return_path"),
    t.Literal("return_path_spf"),
    t.Literal("tracking"),
    t.Literal("ptr"),
  ]),
  type: t.Union([t.Literal("TXT"), t.Literal("CNAME"), t.Literal("MX"), t.Literal("PTR")]),
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
    { description: "The result of the check at checkedAt" },
  ),
  found: t.Array(t.String()),
  message: t.String({ description: "What the check found, in English" }),
  cause: CauseSchema,
});

export const DomainView = t.Object(
  {
    id: t.Integer(),
    name: t.String(),
    verifiedAt: nullable(t.Integer({ description: "When the DKIM key was last seen in the DNS" })),
    checkedAt: nullable(t.Integer()),
    createdAt: t.Integer(),
    selector: t.String({ description: "Selector of the signing key" }),
    keyBits: t.Integer(),
    lostAt: nullable(
      t.Integer({ description: "When the key was last seen, if it is now missing" }),
    ),
    keys: t.Array(
      t.Object({
        id: t.Integer(),
        selector: t.String(),
        state: t.Union([t.Literal("next"), t.Literal("retired")]),
        keyBits: t.Integer(),
        createdAt: t.Integer(),
        retiredAt: nullable(t.Integer()),
      }),
      { description: "Keys other than the signing one" },
    ),
    history: t.Array(t.Object({ at: t.Integer(), states: t.Record(t.String(), t.String()) }), {
      description: "Recent checks, newest first, with a status per record",
    }),
    records: t.Array(DomainRecord),
  },
  { title: "SendingDomain" },
);
export type DomainView = typeof DomainView.static;
export const DomainPage = pageOf(DomainView);
export const RotationStart = t.Object({
  selector: t.Optional(
    t.String({ maxLength: 63, description: "Leave it out for the next free selector" }),
  ),
  privateKeyPem: t.Optional(
    t.String({
      maxLength: 16_000,
      description: "A private key of your own; leave it out to create a new one",
    }),
  ),
});
export type RotationStart = typeof RotationStart.static;
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
      description:
        "True for a reserved domain, which works only with the test inbox or a local relay",
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
