import { type Static, t } from "elysia";

const Reason = t.Union([
  t.Literal("missing"),
  t.Literal("unreadable"),
  t.Literal("not_a_database"),
  t.Literal("damaged"),
  t.Literal("newer"),
  t.Literal("migration_failed"),
  t.Literal("io_error"),
  t.Literal("replaced"),
  t.Literal("log_missing"),
  t.Literal("no_tables"),
  t.Literal("wrong_log"),
  t.Literal("other_workspace"),
]);
const Instant = t.Integer({ description: "Unix ms" });

export const SetAsideWorkspace = t.Object(
  {
    workspaceId: t.String(),
    name: t.String({
      description: "Name of the workspace; empty if system.db no longer contains it",
    }),
    organizationName: t.String(),
    path: t.String({ description: "Path of the file on the server" }),
    reason: Reason,
    detail: t.String({ description: "The error from the operating system or SQLite" }),
    at: Instant,
  },
  { title: "SetAsideWorkspace" },
);

export const Damage = t.Object(
  {
    setAside: t.Array(SetAsideWorkspace),
    notices: t.Array(
      t.Object({
        id: t.Integer(),
        at: Instant,
        kind: t.Union([
          t.Literal("journal_bytes"),
          t.Literal("journal_missing"),
          t.Literal("inbox_damaged"),
          t.Literal("inbox_missing"),
          t.Literal("inbox_unusable"),
          t.Literal("limits_lost"),
          t.Literal("holder_unreadable"),
          t.Literal("older_copy"),
          t.Literal("changes_lost"),
          t.Literal("results_lost"),
          t.Literal("system_older"),
          t.Literal("system_unchecked"),
          t.Literal("workspace_unknown"),
        ]),
        path: t.String(),
        bytes: t.Integer({ description: "Number of bytes that could not be read" }),
        records: t.Integer({
          description:
            "The minimum number of records in them, or of changes that are missing; 0 when unknown",
        }),
        kept: t.String({
          description: "Where the damaged file was moved; empty when it was not moved",
        }),
      }),
    ),
    missedEngagement: t.Integer({
      description: "Opens, clicks and views that could not be counted since the start",
    }),
  },
  { title: "Damage" },
);
export type Damage = Static<typeof Damage>;

export const CheckResult = t.Object(
  {
    back: t.Boolean({
      description: "True if the file is intact and the workspace is in use again",
    }),
    reason: t.Union([Reason, t.Null()]),
    detail: t.String(),
  },
  { title: "FileCheck" },
);
