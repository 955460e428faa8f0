import { runImportCheck } from "../../../../server/features/imports/import-check.service.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";
import { runTaskOf, runUndoOf } from "../../../support/run-task.ts";

type Json = Record<string, unknown>;
export type Import = {
  id: number;
  taskId: number | null;
  state: string;
  rowsRead: number;
  created: number;
  updated: number;
  skipped: number;
  duplicates: number;
  rejected: number;
  error: string | null;
};
export type Guess = {
  column: number;
  name: string;
  target: string;
  key?: string;
  suggestion?: Json;
};
export type Preview = {
  id: number;
  encoding: string;
  delimiter: string;
  hasHeader: boolean;
  header: string[];
  rows: string[][];
  guesses: Guess[];
};

export type Check = {
  state: string;
  rows: number;
  wholeFile: string | null;
  columns: {
    column: number;
    name: string;
    speaks: string;
    values: { value: string; as: string; says: string; rows: number; answer?: string }[];
    others: { says: string; rows: number }[];
  }[];
};

/** One workspace, and the steps of an import over the API; the job runs on this thread. */
export class ImportFixture {
  readonly app: TestApp = newTestApp();
  readonly workspace: TestWorkspace = this.app.newWorkspace();
  readonly base = `/workspaces/${this.workspace.id}`;

  get db() {
    return this.app.databases.workspace(this.workspace.id);
  }

  /** Why each suppressed address is suppressed. */
  suppressed(): Record<string, string> {
    const rows = this.db
      .prepare<[], { address: string; reason: string }>("SELECT address, reason FROM suppression")
      .all();
    return Object.fromEntries(rows.map(({ address, reason }) => [address, reason]));
  }

  async call<T>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: T }> {
    const who = { role: "editor" as const, workspaceId: this.workspace.id };
    const response = await this.app.call(who, method, `${this.base}${path}`, body);
    return { status: response.status, body: (await response.json()) as T };
  }

  /** Uploads bytes as the whole body of the request. */
  async upload<T = Preview>(content: string | Uint8Array, fileName = "people.csv") {
    const response = await this.send(content, { "content-type": "text/csv" }, fileName);
    return { status: response.status, body: (await response.json()) as T };
  }

  async send(body: BodyInit | Uint8Array, headers: Record<string, string>, fileName = "x.csv") {
    const path = `/api/v1${this.base}/imports?fileName=${encodeURIComponent(fileName)}`;
    return await this.app.app.handle(
      new Request(`http://localhost${path}`, {
        method: "POST",
        headers: { "x-test-actor": `editor ${this.workspace.id}`, ...headers },
        body: body as BodyInit,
      }),
    );
  }

  async start(id: number, guesses: Guess[], options: Json = {}) {
    const mapping = guesses.map(({ column, target, key }) => ({ column, target, key }));
    return await this.call<Import>("POST", `/imports/${id}/start`, {
      mapping,
      onDuplicate: "update",
      agreed: true,
      ...options,
    });
  }

  /** Starts the import like a person who states that no yes/no column is about email. */
  async startWithoutQuestions(id: number, guesses: Guess[], options: Json = {}) {
    const { columns } = await this.check(id, guesses);
    const ignoredColumns = columns.flatMap(({ speaks, column }) =>
      speaks === "answers" ? column : [],
    );
    return await this.start(id, guesses, { ignoredColumns, ...options });
  }

  /** The file's check of who may be mailed; its job runs between the request and reading the result. */
  async check(id: number, mapping: { column: number; target: string }[]): Promise<Check> {
    const sent = mapping.map(({ column, target }) => ({ column, target }));
    const ask = () => this.call<Check>("POST", `/imports/${id}/check`, { mapping: sent });
    await ask();
    const { signal } = new AbortController();
    const { dataDir } = this.app;
    await runImportCheck({ open: () => this.db, dataDir, signal, isLastTry: true }, id);
    return (await ask()).body;
  }

  /** Runs the task of an import until it ends or `signal` stops it. */
  async run(
    id: number,
    signal = new AbortController().signal,
    isLastTry = false,
    open = () => this.db,
  ): Promise<void> {
    const { taskId } = await this.get(id);
    if (taskId !== null) {
      await runTaskOf(this.app, this.workspace.id, taskId, { signal, isLastTry, open });
    }
  }

  /** Runs the undo of an import to its end. */
  async runUndo(id: number): Promise<void> {
    const { taskId } = await this.get(id);
    await runUndoOf(this.app, this.workspace.id, taskId ?? 0);
  }

  async get(id: number): Promise<Import> {
    return (await this.call<Import>("GET", `/imports/${id}`)).body;
  }

  /** The whole import with the guessed mapping. */
  async import(content: string | Uint8Array, options: Json = {}): Promise<Import> {
    const { body } = await this.upload(content);
    await this.start(body.id, body.guesses, options);
    await this.run(body.id);
    return await this.get(body.id);
  }

  async rejects(id: number): Promise<string> {
    const who = { role: "viewer" as const, workspaceId: this.workspace.id };
    const response = await this.app.call(who, "GET", `${this.base}/imports/${id}/rejects.csv`);
    return await response.text();
  }

  contacts(): { address: string; first_name: string; last_name: string; fields: string }[] {
    return this.db
      .prepare("SELECT address, first_name, last_name, fields FROM contact ORDER BY address")
      .all() as ReturnType<ImportFixture["contacts"]>;
  }

  close(): void {
    this.app.close();
  }
}
