import { t } from "elysia";
import type { Params } from "../../reasons/sentence.ts";
import { DEFAULT_PAGE } from "./cursor.ts";

/** The values that a reason contains. */
export const reasonParams = t.Optional(
  t.Unsafe<Params>(
    t.Record(t.String(), t.Unknown(), {
      description: "The values of the code: texts, numbers, or a reason inside this one",
    }),
  ),
);

/** Why something is paused, as a code for clients that create their own text; null when a server or person said it. */
export const CauseSchema = t.Union([
  t.Object({ code: t.String(), params: reasonParams }),
  t.Null(),
]);

/** A reason as `told` returns it; spread it into the object that it is about. */
export const toldReason = {
  reason: t.String({ description: "The reason in English" }),
  hint: t.Optional(t.String({ description: "How to fix it, in English" })),
  code: t.Optional(t.String({ description: "What `reason` and `hint` say" })),
  params: reasonParams,
};

/** What is wrong with one field. */
export const FieldProblemSchema = t.Object({ field: t.String(), ...toldReason });

/** RFC 9457 problem details; the body of every refusal. */
export const ProblemSchema = t.Object(
  {
    type: t.String(),
    title: t.String(),
    status: t.Number(),
    code: t.String(),
    detail: t.String({ description: "The reason in English" }),
    reason: t.Optional(
      t.Object(
        {
          code: t.String(),
          params: reasonParams,
        },
        {
          description:
            "`detail` as a code and its values, for clients that write their own text; omitted if `fields` contain it",
        },
      ),
    ),
    fields: t.Optional(t.Array(FieldProblemSchema)),
  },
  { title: "Problem", description: "Problem details (RFC 9457)" },
);

/** The refusals that any guarded route can return; spread it into `response`. */
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

/** The schema keyword that lists the media types of a response; read by `openapi-tidy.ts`. */
export const MEDIA_TYPES = "x-media-types";

/** Describes a response that is not only JSON, by its media types; none means that it has no body. */
export const answerAs = (description: string, ...mediaTypes: string[]) =>
  t.Any({ description, [MEDIA_TYPES]: mediaTypes });

/** Describes, in `detail`, an HTML form body that the route reads itself. */
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
export const MailSource = answerAs("The source of a message", "message/rfc822");

const MAX_PAGE = 200;

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

/** The query of a list that is only paged. */
export const pageQuerySchema = t.Object(pageQuery);

/** One page of a list; `nextCursor` is null on the last one. */
export const pageOf = <T extends Parameters<typeof t.Array>[0]>(item: T) =>
  t.Object({ items: t.Array(item), nextCursor: t.Union([t.String(), t.Null()]) });

/** The response of an action that returns no data. */
export const Done = t.Object({ done: t.Literal(true) });
export const done = { done: true } as const;

/** Headers of a PATCH on a document that several people edit; parse it with `versionOfIfMatch`. */
export const IfMatchHeaders = t.Object({
  "if-match": t.Optional(
    t.String({
      description: "The ETag that was read; the response is 412 if somebody has saved since",
    }),
  ),
});
