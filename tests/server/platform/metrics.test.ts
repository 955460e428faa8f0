import { expect, test } from "bun:test";
import { createMetrics } from "../../../server/platform/metrics.ts";

test("totals and gauges are read on request, and follow what they count", async () => {
  const metrics = createMetrics();
  let sent = 2;
  metrics.total("t_messages_total", "h", () => [{ labels: { state: "sent" }, value: sent }], [
    "state",
  ]);
  metrics.gauge("t_open", "h", () => [{ value: sent * 10 }]);

  expect((await metrics.render()).body).toContain('t_messages_total{state="sent"} 2');
  sent = 5;
  const { body } = await metrics.render();
  expect(body).toContain('t_messages_total{state="sent"} 5');
  expect(body).toContain("t_open 50");
});

test("a failed reading is not reported as a number, and the others still are", async () => {
  const metrics = createMetrics();
  metrics.gauge("t_broken", "h", () => {
    throw new Error("the file is gone");
  });
  metrics.job({ kind: "import.run", outcome: "done", ms: 1_500 });

  const { body } = await metrics.render();

  expect(body).toMatch(/^t_broken NaN$/im);
  expect(body).toContain('swiftmail_job_runs_total{kind="import.run",outcome="done"} 1');
  expect(body).toContain('swiftmail_job_seconds_sum{kind="import.run"} 1.5');
});
