import { Counter, Gauge, Histogram, Registry } from "prom-client";

// Covers a cached read up to a slow import upload; the target is p99 < 50 ms.
const HTTP_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const JOB_BUCKETS = [0.01, 0.1, 0.5, 1, 5, 30, 120, 600, 3600];

/** A value read at scrape time. The labels identify the series. */
export type Reading = { labels?: Record<string, string>; value: number };

/** The process's metrics in Prometheus text format. */
export type Metrics = {
  /** Records an answered request. `route` is the pattern; the actual path could identify people. */
  http(request: { method: string; route: string; status: number; ms: number }): void;
  /** Records one run of a job. */
  job(run: { kind: string; outcome: string; ms: number }): void;
  /**
   * Adds a gauge that is read at each scrape. If the read throws, it has no series, or the value NaN when it has no
   * labels.
   *
   * @param labels The label names used by its readings.
   */
  gauge(name: string, help: string, read: () => Reading[], labels?: string[]): void;
  /** Adds a counter whose value is kept elsewhere and read at each scrape. */
  total(name: string, help: string, read: () => Reading[], labels?: string[]): void;
  /** All metrics, with the content type. */
  render(): Promise<{ body: string; contentType: string }>;
};

/** Creates a separate registry, so that two applications in one process (in tests) do not share metrics. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const http = new Histogram({
    name: "swiftmail_http_request_seconds",
    help: "Time to answer, by method, route and status",
    labelNames: ["method", "route", "status"],
    buckets: HTTP_BUCKETS,
    registers,
  });
  const jobSeconds = new Histogram({
    name: "swiftmail_job_seconds",
    help: "Time of job runs by kind",
    labelNames: ["kind"],
    buckets: JOB_BUCKETS,
    registers,
  });
  const jobRuns = new Counter({
    name: "swiftmail_job_runs_total",
    help: "Job runs by kind and outcome: done, retry, dead, given_back",
    labelNames: ["kind", "outcome"],
    registers,
  });
  addProcessNumbers(registers);
  return {
    http: ({ method, route, status, ms }) =>
      http.observe({ method, route, status: String(status) }, ms / 1_000),
    job({ kind, outcome, ms }) {
      jobSeconds.observe({ kind }, ms / 1_000);
      jobRuns.inc({ kind, outcome });
    },
    gauge(name, help, read, labels = []) {
      new Gauge({
        name,
        help,
        labelNames: labels,
        registers,
        collect() {
          this.reset();
          const missing: Reading[] = labels.length === 0 ? [{ value: Number.NaN }] : [];
          for (const reading of readingsOf(read) ?? missing) {
            this.set(reading.labels ?? {}, reading.value);
          }
        },
      });
    },
    total(name, help, read, labels = []) {
      new Counter({
        name,
        help,
        labelNames: labels,
        registers,
        collect() {
          this.reset();
          for (const reading of readingsOf(read) ?? []) {
            this.inc(reading.labels ?? {}, reading.value);
          }
        },
      });
    },
    async render() {
      return { body: await registry.metrics(), contentType: registry.contentType };
    },
  };
}

function addProcessNumbers(registers: Registry[]): void {
  new Gauge({
    name: "swiftmail_process_resident_bytes",
    help: "Resident memory of the process",
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({
    name: "swiftmail_process_cpu_seconds",
    help: "Processor time used by the process, in user and system mode",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.set((user + system) / 1_000_000);
    },
  });
}

function readingsOf(read: () => Reading[]): Reading[] | undefined {
  try {
    return read();
  } catch {
    // A scrape returns what is available; /readyz reports broken parts.
    return undefined;
  }
}
