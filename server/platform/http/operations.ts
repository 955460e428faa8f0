import { Elysia, t } from "elysia";

const Health = t.Object({ status: t.String() });
const access = (reason: string) => ({ "x-access": `open: ${reason}` }) as object;

/**
 * What machines ask: `/healthz`, whether the process lives, and `/readyz`, whether it can work.
 *
 * @param trouble Why it cannot work now, as a sentence without anybody's data; undefined when it can.
 */
export function operationRoutes(trouble: () => string | undefined) {
  return new Elysia({ name: "operations", detail: { tags: ["Operations"] } })
    .get("/healthz", () => ({ status: "ok" }), {
      response: { 200: Health },
      detail: { summary: "Whether the process lives", ...access("asked by supervisors") },
    })
    .get(
      "/readyz",
      ({ status }) => {
        const reason = trouble();
        return reason === undefined
          ? status(200, { status: "ok" })
          : status(503, { status: reason });
      },
      {
        response: { 200: Health, 503: Health },
        detail: { summary: "Whether it can work", ...access("asked by load balancers") },
      },
    );
}
