import { t } from "elysia";

/** RFC 9457 problem details, as every refusal is answered. */
export const ProblemSchema = t.Object(
  {
    type: t.String(),
    title: t.String(),
    status: t.Number(),
    code: t.String(),
    detail: t.String(),
    fields: t.Optional(
      t.Array(t.Object({ field: t.String(), reason: t.String(), hint: t.Optional(t.String()) })),
    ),
  },
  { title: "Problem", description: "Problem details (RFC 9457)" },
);

/** The refusals any guarded route can give; spread it into `response`. */
export const refusals = {
  401: ProblemSchema,
  403: ProblemSchema,
  404: ProblemSchema,
  409: ProblemSchema,
  412: ProblemSchema,
  413: ProblemSchema,
  422: ProblemSchema,
  429: ProblemSchema,
  503: ProblemSchema,
};

/** The keyword by which a schema names the media types of an answer; `openapi-tidy.ts` reads it. */
export const MEDIA_TYPES = "x-media-types";

/** An answer that is not JSON alone: what it is and the media types it comes in, none for one without a body. */
export const answerAs = (description: string, ...mediaTypes: string[]) =>
  t.Any({ description, [MEDIA_TYPES]: mediaTypes });

/** The body of an HTML form whose route reads it by itself, for `detail`. */
export const formBody = {
  required: false,
  content: {
    "application/x-www-form-urlencoded": {
      schema: { type: "object", additionalProperties: { type: "string" } },
    },
  },
} as const;

export const HtmlPage = answerAs("An HTML page", "text/html");
export const CsvFile = answerAs("A CSV file", "text/csv");
export const MailSource = answerAs("A message as it was sent", "message/rfc822");

const MAX_PAGE = 200;
const DEFAULT_PAGE = 50;

export const WorkspaceParams = t.Object({
  workspaceId: t.String({ description: "The workspace's id" }),
});

/** `:workspaceId` and an integer `:id` inside it. */
export const WorkspaceItemParams = t.Object({
  workspaceId: t.String({ description: "The workspace's id" }),
  id: t.Integer({ minimum: 1 }),
});

/** `cursor` and `limit` of a list; spread it into a query schema. */
export const pageQuery = {
  cursor: t.Optional(t.String({ maxLength: 500 })),
  limit: t.Optional(t.Integer({ minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE })),
};

/** The query of a list that has nothing but pages. */
export const pageQuerySchema = t.Object(pageQuery);

/** One page of a list: `nextCursor` is null on the last. */
export const pageOf = <T extends Parameters<typeof t.Array>[0]>(item: T) =>
  t.Object({ items: t.Array(item), nextCursor: t.Union([t.String(), t.Null()]) });

/** The answer of an action that returns nothing else. */
export const Done = t.Object({ done: t.Literal(true) });
export const done = { done: true } as const;

/** Headers of a PATCH on a document that people edit together; read it with `versionOfIfMatch`. */
export const IfMatchHeaders = t.Object({
  "if-match": t.Optional(
    t.String({ description: "The ETag that was read; 412 when somebody saved since" }),
  ),
});
