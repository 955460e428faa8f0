import { t } from "elysia";
import { CauseSchema, pageOf, pageQuery } from "../../platform/http/schemas.ts";

const EncodingSchema = t.Union([
  t.Literal("utf-8"),
  t.Literal("utf-16le"),
  t.Literal("utf-16be"),
  t.Literal("windows-1252"),
]);
const DelimiterSchema = t.Union([t.Literal(","), t.Literal(";"), t.Literal("\t"), t.Literal("|")]);
const TargetSchema = t.Union([
  t.Literal("email"),
  t.Literal("firstName"),
  t.Literal("lastName"),
  t.Literal("fullName"),
  t.Literal("language"),
  t.Literal("timeZone"),
  t.Literal("country"),
  t.Literal("city"),
  t.Literal("status"),
  t.Literal("tags"),
  t.Literal("attributes"),
  t.Literal("consentTime"),
  t.Literal("consentIp"),
  t.Literal("own"),
  t.Literal("field"),
  t.Literal("newField"),
  t.Literal("skip"),
]);
const FieldTypeSchema = t.Union([
  t.Literal("text"),
  t.Literal("number"),
  t.Literal("boolean"),
  t.Literal("date"),
  t.Literal("choice"),
  t.Literal("multi_choice"),
  t.Literal("url"),
]);
const SuppressReason = t.Union(
  [
    t.Literal("unsubscribed"),
    t.Literal("hard_bounce"),
    t.Literal("complaint"),
    t.Literal("manual"),
  ],
  {
    description:
      "Why the people in the file must not be mailed, for rows without a reason of their own. Leave it out to use what the file's name and columns say, as for unsubscribed_members.csv",
  },
);
const Meaning = t.Union([
  t.Literal("subscribed"),
  t.Literal("unconfirmed"),
  t.Literal("unsubscribed"),
  t.Literal("suppressed"),
  t.Literal("bounced"),
  t.Literal("complained"),
]);
const nullable = <T extends Parameters<typeof t.Array>[0]>(
  type: T,
  options: { description?: string } = {},
) => t.Union([type, t.Null()], options);
const RefusalReason = t.Union([
  t.Literal("unsubscribed"),
  t.Literal("hard_bounce"),
  t.Literal("complaint"),
  t.Literal("manual"),
]);

export const UploadQuery = t.Object({
  fileName: t.Optional(
    t.String({
      maxLength: 300,
      description: "File name, for a file that is the whole body; a form contains its own",
    }),
  ),
});

export const ImportPreview = t.Object(
  {
    id: t.Number(),
    fileName: t.String(),
    sizeBytes: t.Number(),
    encoding: EncodingSchema,
    delimiter: DelimiterSchema,
    hasHeader: t.Boolean(),
    header: t.Array(t.String()),
    rows: t.Array(t.Array(t.String()), {
      description: "The first 20 rows, with cells cut at 200 characters",
    }),
    guesses: t.Array(
      t.Object({
        column: t.Number(),
        name: t.String(),
        target: TargetSchema,
        key: t.Optional(t.String()),
        suggestion: t.Optional(t.Object({ label: t.String(), type: FieldTypeSchema })),
        samples: t.Array(t.String()),
      }),
    ),
    preset: nullable(
      t.Object(
        {
          name: t.Union([
            t.Literal("swiftmail"),
            t.Literal("mailchimp"),
            t.Literal("brevo"),
            t.Literal("sendy"),
            t.Literal("listmonk"),
            t.Literal("keila"),
            t.Literal("klaviyo"),
            t.Literal("hubspot"),
            t.Literal("substack"),
            t.Literal("mailerlite"),
            t.Literal("campaignmonitor"),
            t.Literal("cleverreach"),
            t.Literal("mautic"),
            t.Literal("shopify"),
            t.Literal("beehiiv"),
            t.Literal("google"),
            t.Literal("outlook"),
          ]),
          wholeFile: nullable(t.Union([t.Literal("unsubscribed"), t.Literal("hard_bounce")])),
        },
        { description: "The product that exported the file, recognized by its columns" },
      ),
    ),
    attributes: t.Array(
      t.Object({
        label: t.String(),
        type: t.Union([t.Literal("text"), t.Literal("number"), t.Literal("boolean")]),
      }),
      { description: "Fields that a column with JSON objects suggests" },
    ),
  },
  { title: "ImportPreview" },
);

export const PreviewRequest = t.Object({
  encoding: t.Optional(EncodingSchema),
  delimiter: t.Optional(DelimiterSchema),
  hasHeader: t.Optional(t.Boolean()),
});

const MappingSchema = t.Array(
  t.Object({
    column: t.Integer({ minimum: 0 }),
    target: TargetSchema,
    key: t.Optional(
      t.String({
        maxLength: 40,
        description: "Key of the custom field, or of the column of a SwiftMail export",
      }),
    ),
    label: t.Optional(t.String({ maxLength: 100, description: "Label of a new field" })),
    type: t.Optional(FieldTypeSchema),
  }),
  { maxItems: 500 },
);

export const CheckRequest = t.Object({
  mapping: MappingSchema,
  retry: t.Optional(t.Boolean({ description: "Check the file again after a failed check" })),
});

const Says = t.Union([Meaning, t.Literal("nothing"), t.Literal("unclear")], {
  description:
    "nothing: says neither yes nor no, such as a No under Unsubscribed. unclear: people with this value are not mailed until a decision says what it means",
});

export const ImportCheck = t.Object(
  {
    state: t.Union([t.Literal("running"), t.Literal("done"), t.Literal("failed")], {
      description: "Repeat the request while it is running",
    }),
    rows: t.Number(),
    columns: t.Array(
      t.Object({
        column: t.Number(),
        name: t.String(),
        speaks: t.Union([t.Literal("name"), t.Literal("cells"), t.Literal("answers")], {
          description:
            "What shows that the column is about consent. answers: nothing shows it clearly, but the column contains yes or no, so it may be. The import then starts only with decisions for these values, or with the column in ignoredColumns. `others` counts rows with other values, which are not mailed if the answers are about email",
        }),
        values: t.Array(
          t.Object({
            value: t.String({ description: "The first spelling found in the file" }),
            as: t.Union(
              [
                t.Literal("value"),
                t.Literal("empty"),
                t.Literal("date"),
                t.Literal("text"),
                t.Literal("phrase"),
              ],
              {
                description:
                  "What the counted cells have in common: this value, or a kind of cell. phrase: a text with words that say no; the value is the first such text",
              },
            ),
            says: Says,
            rows: t.Number(),
            answer: t.Optional(t.Union([t.Literal("yes"), t.Literal("no")])),
          }),
          { description: "At most 100; unclear values first, then by number of rows" },
        ),
        others: t.Array(t.Object({ says: Says, rows: t.Number() }), {
          description: "Rows with values that are not in this list",
        }),
      }),
      {
        description:
          "The columns that are about consent, each listed separately. If several of them apply to a row, the strictest one decides",
      },
    ),
    otherColumns: t.Array(
      t.Object({
        column: t.Number(),
        name: t.String(),
        values: t.Array(t.Object({ value: t.String(), rows: t.Number() })),
      }),
      {
        description:
          "Columns with few values that are not used to decide who is mailed. If one of them does say who must not be emailed, map it to status",
      },
    ),
    wholeFile: nullable(RefusalReason, {
      description:
        "Why the people in the file are not mailed, for rows without a reason of their own",
    }),
    nameSays: nullable(RefusalReason, {
      description:
        "What the file's name and the headings above its addresses say. Only a warning if columns decide about every row",
    }),
    refusingColumns: t.Array(t.String(), {
      description: "Columns that only occur in files of people who unsubscribed",
    }),
    headings: t.Array(t.String(), {
      description:
        "Title lines, and the name of the address column, if they say that nobody in the file may be mailed",
    }),
  },
  { title: "ImportCheck" },
);

export const StartRequest = t.Object({
  mapping: MappingSchema,
  onDuplicate: t.Union([t.Literal("update"), t.Literal("skip")]),
  into: t.Optional(
    t.Union([t.Literal("contacts"), t.Literal("suppressions")], {
      default: "contacts",
      description: "suppressions: everybody is suppressed and nobody becomes a contact",
    }),
  ),
  wholeFile: t.Optional(SuppressReason),
  wholeFileIgnored: t.Optional(
    t.Boolean({
      description: "True to ignore what the file's name and columns say about everyone in it",
    }),
  ),
  statusDecisions: t.Optional(
    t.Array(
      t.Object({
        column: t.Integer({ minimum: 0 }),
        value: t.Union([t.String({ maxLength: 500 }), t.Null()], {
          description:
            "A value of the column, in any spelling; null for all values that are not understood and have no decision",
        }),
        meaning: t.Union([Meaning, t.Literal("nothing")], {
          description: "nothing: the value is not about mail",
        }),
      }),
      {
        maxItems: 2_000,
        description:
          "The meaning of status values that are not understood. People with such a value are not mailed without a decision. A value that says no cannot be turned into a yes.",
      },
    ),
  ),
  ignoredColumns: t.Optional(
    t.Array(t.Integer({ minimum: 0 }), {
      maxItems: 500,
      description:
        "Columns that look as if they were about consent, but are not. Every other such column counts as a status, whatever it is mapped to; of several, the strictest counts.",
    }),
  ),
  tags: t.Optional(
    t.Array(t.String({ minLength: 1, maxLength: 60 }), {
      maxItems: 20,
      description: "Tags for every contact of the import",
    }),
  ),
  listIds: t.Optional(t.Array(t.Integer({ minimum: 1 }), { maxItems: 20 })),
  agreed: t.Optional(
    t.Boolean({
      description:
        "Required, unless nobody in the file can be emailed anyway (into suppressions, wholeFile). true: the person who starts the import confirms that everyone in the file agreed to this workspace's emails, except where the file says otherwise. false: nobody confirms this. New contacts are then added and held back (suppression reason unclear), and existing contacts only keep the lists they have",
    }),
  ),
  consentStatement: t.Optional(
    t.String({
      maxLength: 2_000,
      description: "How these people agreed; stored in the consent log",
    }),
  ),
});

export const ImportSchema = t.Object(
  {
    id: t.Number(),
    taskId: nullable(t.Number(), {
      description: "The task that imports the file; null before the start",
    }),
    fileName: t.String(),
    sizeBytes: t.Number(),
    state: t.Union([
      t.Literal("uploaded"),
      t.Literal("queued"),
      t.Literal("running"),
      t.Literal("done"),
      t.Literal("failed"),
      t.Literal("cancelled"),
    ]),
    encoding: EncodingSchema,
    delimiter: DelimiterSchema,
    hasHeader: t.Boolean(),
    header: t.Array(t.String()),
    onDuplicate: nullable(t.Union([t.Literal("update"), t.Literal("skip")])),
    listIds: t.Array(t.Number()),
    rowsRead: t.Number({
      description: "created + updated + skipped + duplicates + rejected + erased",
    }),
    progressBytes: t.Number({ description: "How much of sizeBytes has been read" }),
    created: t.Number(),
    updated: t.Number(),
    skipped: t.Number({ description: "Existing contacts that did not change" }),
    duplicates: t.Number({
      description: "Rows with the same address as an earlier row of the file",
    }),
    rejected: t.Number({ description: "Rows that are in rejects.csv, each with its reason" }),
    erased: t.Number({
      description: "Rows of people who were erased on request; they are skipped",
    }),
    suppressed: t.Number({ description: "Addresses newly suppressed because the file says so" }),
    into: t.Union([t.Literal("contacts"), t.Literal("suppressions")]),
    agreed: nullable(t.Boolean(), {
      description:
        "What was stated at the start about the people in the file: true if they agreed, false if nobody confirmed it; null if no statement was needed or the import has not started",
    }),
    undoState: t.Union([t.Literal("none"), t.Literal("queued"), t.Literal("done")]),
    undone: t.Number({ description: "Contacts removed again by undoing the import" }),
    canUndo: t.Boolean(),
    rowsPerSecond: nullable(t.Number()),
    secondsLeft: nullable(t.Number()),
    runStartedAt: nullable(t.Number()),
    runStartRows: t.Number(),
    error: nullable(t.String()),
    errorCause: CauseSchema,
    createdBy: t.String(),
    createdAt: t.Number(),
    startedAt: nullable(t.Number()),
    finishedAt: nullable(t.Number()),
  },
  { title: "Import" },
);
export const ImportPage = pageOf(ImportSchema);
export const ImportQuery = t.Object(pageQuery);
