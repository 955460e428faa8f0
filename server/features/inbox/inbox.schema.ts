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
  q: t.Optional(t.String({ maxLength: 200, description: "Part of an address or of the subject" })),
});

export const TestMailDetail = t.Object(
  {
    ...TestMailSchema.properties,
    headers: t.Array(t.Object({ name: t.String(), value: t.String() })),
    html: t.Union([t.String(), t.Null()]),
    text: t.Union([t.String(), t.Null()]),
    attachments: t.Array(t.Object({ name: t.String(), type: t.String(), sizeBytes: t.Integer() })),
    notShown: t.Union([t.String(), t.Null()], {
      description: "Why the content is not shown, in a sentence; null when it is",
    }),
  },
  { title: "TestMailDetail" },
);
export type TestMailDetail = typeof TestMailDetail.static;

export const Cleared = t.Object({ removed: t.Integer() });
