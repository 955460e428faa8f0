import type { Connection } from "./driver.ts";

/** Receives how long a statement blocked its thread. `sql` contains no values, since they are always bound. */
export type OnStatement = (sql: string, ms: number) => void;

const watched = new WeakMap<Connection, OnStatement>();

/** Reports every statement of the connection from now on; costs two clock readings per statement. */
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
 * Also reports the start and end of a transaction, since its commit may wait for the disk.
 *
 * @param run Runs the transaction around the work passed to it.
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

/** Statements on the HTTP thread must be faster than this (ms) for a workspace of a million contacts. */
export const SLOW_MS = 10;
const TELL_MS = 100;

/**
 * Counts slow statements on a thread that must not block, and reports very slow ones.
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
