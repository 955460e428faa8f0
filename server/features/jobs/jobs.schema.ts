import { t } from "elysia";
import { pageOf, pageQuery } from "../../platform/http/schemas.ts";

const State = t.Union([
  t.Literal("ready"),
  t.Literal("running"),
  t.Literal("done"),
  t.Literal("dead"),
  t.Literal("cancelled"),
]);
const nullable = <T extends Parameters<typeof t.Union>[0][number]>(item: T) =>
  t.Union([item, t.Null()]);

export const JobQuery = t.Object({ ...pageQuery, state: t.Optional(State) });

export const JobView = t.Object(
  {
    id: t.Integer(),
    kind: t.String(),
    workspaceId: nullable(t.String()),
    state: State,
    dueAt: t.Number({ description: "Unix ms" }),
    attempts: t.Integer(),
    maxAttempts: t.Integer(),
    lastError: nullable(t.String()),
    createdAt: t.Number(),
    finishedAt: nullable(t.Number()),
  },
  { title: "Job" },
);
export const JobPage = pageOf(JobView);
export const JobParams = t.Object({ id: t.Integer({ minimum: 1 }) });
