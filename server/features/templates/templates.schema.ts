import { t } from "elysia";
import { pageOf, pageQuery } from "../../platform/http/schemas.ts";

const MAX_SOURCE_CHARS = 1_000_000;

export const BodyKindSchema = t.Union([t.Literal("mjml"), t.Literal("html")]);
const source = t.String({ maxLength: MAX_SOURCE_CHARS });

const summary = {
  id: t.Integer(),
  name: t.String(),
  kind: BodyKindSchema,
  subject: t.String(),
  version: t.Integer({ description: "Also returned as the ETag; send it in If-Match" }),
  createdAt: t.Integer(),
  updatedAt: t.Integer(),
};

export const TemplateSummary = t.Object(summary, { title: "TemplateSummary" });
export const TemplatePage = pageOf(TemplateSummary);
export const TemplateQuery = t.Object({
  ...pageQuery,
  q: t.Optional(t.String({ maxLength: 200, description: "A part of the name" })),
});

export const TemplateView = t.Object({ ...summary, source }, { title: "Template" });
export type TemplateView = typeof TemplateView.static;

const name = t.String({ minLength: 1, maxLength: 200 });
const subject = t.String({ maxLength: 500 });
export const TemplateCreate = t.Object({
  name,
  kind: t.Optional(BodyKindSchema),
  source: t.Optional(source),
  subject: t.Optional(subject),
  starter: t.Optional(
    t.String({ maxLength: 60, description: "Key of a built-in template to copy" }),
  ),
});
export type TemplateCreate = typeof TemplateCreate.static;
export const TemplateChange = t.Partial(t.Object({ name, kind: BodyKindSchema, source, subject }));
export type TemplateChange = typeof TemplateChange.static;

export const RenderProblem = t.Object({
  severity: t.Union([t.Literal("error"), t.Literal("warning")]),
  where: t.String(),
  message: t.String(),
  code: t.Optional(
    t.String({
      description:
        "The exceeded limit (too_much_work, too_much_text, too_deep, too_slow), or the code of the remark",
    }),
  ),
  params: t.Optional(
    t.Record(t.String(), t.Union([t.String(), t.Number()]), {
      description: "The values in the message, for clients that write their own text",
    }),
  ),
  line: t.Optional(t.Integer({ description: "Line in the source, from 1" })),
  column: t.Optional(t.Integer({ description: "Column in that line, from 1" })),
});

export const CompileRequest = t.Object({
  kind: BodyKindSchema,
  source,
  contactId: t.Optional(
    t.Integer({ minimum: 1, description: "The contact whose values are filled in" }),
  ),
});
export const CompileResult = t.Object({
  html: t.String(),
  text: t.String(),
  problems: t.Array(RenderProblem),
});

export const Starter = t.Object({
  key: t.String(),
  name: t.String(),
  description: t.String(),
  kind: BodyKindSchema,
  subject: t.String(),
  source: t.String(),
});
export const StarterList = t.Object({ items: t.Array(Starter) });
