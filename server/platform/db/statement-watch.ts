import type { Connection } from "./driver.ts";

/** Hears how long a statement held its thread up. The text is constant: values are bound, never part of it. */
export type OnStatement = (sql: string, ms: number) => void;

const watched = new WeakMap<Connection, OnStatement>();

/** Has every statement of the connection reported from now on; costs two readings of the clock each. */
export function watchStatements(db: Connection, onStatement: OnStatement): void {
  watched.set(db, onStatement);
  const prepare = db.prepare.bind(db) as (sql: string) => object;
  const exec = db.exec.bind(db);
  db.exec = (sql) => timed(sql, onStatement, () => exec(sql));
  db.prepare = ((sql: string) => {
    const statement = prepare(sql) as Record<string, (...given: unknown[]) => unknown>;
    for (const name of ["get", "all", "run"]) {
      const run = statement[name]?.bind(statement);
      statement[name] = (...given) => timed(sql, onStatement, () => run?.(...given));
    }
    return statement;
  }) as unknown as typeof db.prepare;
}

/**
 * Has the beginning and the end of a transaction reported too: its commit may wait for the disk.
 *
 * @param run Runs the transaction around the work it is handed.
 */
export function watchTransaction<T>(db: Connection, work: () => T, run: (work: () => T) => T): T {
  const onStatement = watched.get(db);
  if (onStatement === undefined || db.inTransaction) {
    return run(work);
  }
  let within = 0;
  const before = performance.now();
  const result = run(() => {
    const from = performance.now();
    try {
      return work();
    } finally {
      within = performance.now() - from;
    }
  });
  onStatement("BEGIN IMMEDIATE … COMMIT", performance.now() - before - within);
  return result;
}

function timed<T>(sql: string, onStatement: OnStatement, work: () => T): T {
  const before = performance.now();
  try {
    return work();
  } finally {
    onStatement(sql, performance.now() - before);
  }
}

/** No statement of the HTTP thread may take longer on a workspace of a million contacts. */
export const SLOW_MS = 10;
const TELL_MS = 100;

/**
 * Counts slow statements on a thread that must never block, and logs the worst one.
 *
 * @param onWorst Called with the statement on one line, at most every ten seconds.
 */
export class SlowStatements {
  count = 0;
  readonly #onWorst: (sql: string, ms: number) => void;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(onWorst: (sql: string, ms: number) => void) {
    this.#onWorst = onWorst;
  }

  readonly hear: OnStatement = (sql, ms) => {
    if (ms <= SLOW_MS) {
      return;
    }
    this.count += 1;
    const now = performance.now();
    if (ms > TELL_MS && now - this.#toldAt > 10_000) {
      this.#toldAt = now;
      this.#onWorst(sql.replace(/\s+/g, " ").trim().slice(0, 200), ms);
    }
  };
}
