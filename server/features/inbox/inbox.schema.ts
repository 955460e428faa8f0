import { t } from "elysia";
import { pageOf, pageQuery } from "../../platform/http/schemas.ts";

export const TestMailSchema = t.Object(
  {
    id: t.Integer(),
    receivedAt: t.Integer(),
    from: t.String({ description: "Envelope sender; empty for a bounce" }),
    to: t.String({ description: "Envelope recipient" }),
    subject: t.String(),
    sizeBytes: t.Integer(),
  },
  { title: "TestMail" },
);

export const TestMailPage = pageOf(TestMailSchema);

export const TestMailQuery = t.Object({
  ...pageQuery,
  q: t.Optional(
    t.String({ maxLength: 200, description: "A part of an address or of the subject" }),
  ),
});

const content = {
  headers: t.Array(t.Object({ name: t.String(), value: t.String() })),
  html: t.Union([t.String(), t.Null()]),
  text: t.Union([t.String(), t.Null()]),
  source: t.Union([t.String(), t.Null()], { description: "The first 256 KiB, unchanged" }),
  attachments: t.Array(t.Object({ name: t.String(), type: t.String(), sizeBytes: t.Integer() })),
  notShown: t.Union([t.String(), t.Null()], {
    description: "Why the content is not shown, as a sentence; null if it is shown",
  }),
};
const MailContent = t.Object(content);
export type MailContent = typeof MailContent.static;

export const TestMailDetail = t.Object(
  { ...TestMailSchema.properties, ...content },
  { title: "TestMailDetail" },
);
export type TestMailDetail = typeof TestMailDetail.static;

const Kind = t.Union(
  [
    t.Literal("bounce"),
    t.Literal("complaint"),
    t.Literal("unsubscribe"),
    t.Literal("report"),
    t.Literal("auto_reply"),
    t.Literal("reply"),
    t.Literal("role"),
  ],
  {
    description:
      "report: from a server, without effect; reply: from a person; role: mail to postmaster@ or abuse@",
  },
);

export const ReceivedSchema = t.Object(
  {
    ...TestMailSchema.properties,
    kind: Kind,
    headerFrom: t.String({ description: "The From header" }),
    campaignId: t.Union([t.Integer(), t.Null()], {
      description: "The message that this mail refers to",
    }),
    seq: t.Union([t.Integer(), t.Null()]),
    said: t.String({ description: "The reply of the refusing server, if the mail contains it" }),
  },
  { title: "ReceivedMail" },
);
export type ReceivedMail = typeof ReceivedSchema.static;
export const ReceivedPage = pageOf(ReceivedSchema);
export const ReceivedQuery = t.Object({
  ...pageQuery,
  kind: t.Optional(Kind),
  q: t.Optional(t.String({ maxLength: 200, description: "A part of a sender or of the subject" })),
});
export const ReceivedDetail = t.Object(
  { ...ReceivedSchema.properties, ...content },
  { title: "ReceivedMailDetail" },
);
export type ReceivedDetail = typeof ReceivedDetail.static;

export const Cleared = t.Object({ removed: t.Integer() });
