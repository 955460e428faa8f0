import { readFileSync } from "node:fs";

/** The parts of Schemathesis' report on a run that are used here. */
type Report = {
  complete: boolean;
  stop_reason: string;
  operations: { total: number; selected: number; tested: number; errored: number } | null;
  phases: Record<string, { status: string; skip_reason: string | null }> | null;
  test_cases: { generated: number; with_failures: number; unique_failures: number };
  failures: { code: string; title: string; count: number; operations: string[] }[];
  errors: { title: string; count: number }[];
};

export type Outcome = { isGood: boolean; lines: string[] };

/** Reads a report. A run is good only if it finished, tested every selected operation and found nothing. */
export function readOutcome(path: string): Outcome {
  const report = JSON.parse(readFileSync(path, "utf8")) as Report;
  const { operations, test_cases: cases } = report;
  const asked = `${operations?.tested ?? 0} of ${operations?.total ?? 0} operations`;
  const found = `${cases.generated} cases, ${cases.unique_failures} failures, ${report.errors.length} errors`;
  const phases = Object.entries(report.phases ?? {}).map(
    ([name, { status, skip_reason }]) => `${name}: ${skip_reason ?? status}`,
  );
  return {
    isGood:
      report.complete &&
      report.stop_reason === "completed" &&
      operations !== null &&
      operations.tested === operations.selected &&
      cases.unique_failures === 0 &&
      report.failures.length === 0 &&
      report.errors.length === 0,
    lines: [
      `${asked}, ${found} (${phases.join(", ")})`,
      ...report.failures.map(
        ({ code, title, count, operations: where }) =>
          `${code} ${title}: ${count}; ${where.slice(0, 5).join(", ")}${where.length > 5 ? ", …" : ""}`,
      ),
      ...report.errors.map(({ title, count }) => `error: ${title}: ${count}`),
    ],
  };
}
