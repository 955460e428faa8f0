import { t } from "elysia";

const sums = {
  messages: t.Integer(),
  passed: t.Integer({
    description: "Messages for which DKIM or SPF passed and was aligned, as DMARC requires",
  }),
  dkim: t.Integer(),
  spf: t.Integer(),
};

export const DmarcQuery = t.Object({
  domain: t.Optional(t.String({ maxLength: 253 })),
  days: t.Optional(t.Integer({ minimum: 1, maximum: 400, default: 30 })),
});

export const DmarcView = t.Object(
  {
    /** All domains with reports, regardless of the domain filter. */
    domains: t.Array(t.Object({ domain: t.String(), policy: t.String(), ...sums })),
    days: t.Array(t.Object({ day: t.Integer({ description: "Start of the UTC day" }), ...sums })),
    sources: t.Array(
      t.Object({
        sourceIp: t.String(),
        headerFrom: t.String(),
        held: t.Integer({ description: "Messages that were quarantined or rejected" }),
        ...sums,
      }),
    ),
    reports: t.Array(
      t.Object({
        organization: t.String(),
        domain: t.String(),
        beginAt: t.Integer(),
        endAt: t.Integer(),
        receivedAt: t.Integer(),
      }),
    ),
  },
  { title: "DmarcSummary" },
);
export type DmarcView = typeof DmarcView.static;

export const DmarcAdded = t.Object(
  {
    domain: t.String(),
    isNew: t.Boolean({ description: "False if the report was already stored" }),
    messages: t.Integer(),
  },
  { title: "DmarcAdded" },
);
export type DmarcAdded = typeof DmarcAdded.static;
