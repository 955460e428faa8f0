import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AppOutside, createApp } from "../../server/app.ts";
import { readConfig } from "../../server/config.ts";
import { compileCampaign } from "../../server/delivery/render/compile.ts";
import {
  buildAndTry,
  renderPreview,
  renderWebView,
  showContent,
} from "../../server/delivery/render/preview.ts";
import { rememberFaults } from "../../server/delivery/threads/renderer.ts";
import type { TokenKeys } from "../../server/delivery/tokens.ts";
import { verifyAudit } from "../../server/features/audit/audit.service.ts";
import { SegmentReader } from "../../server/features/segments/segment-read.service.ts";
import { readLook } from "../../server/jobs/looks.ts";
import { type Databases, openDatabases } from "../../server/platform/db/databases.ts";
import { inspectFile } from "../../server/platform/db/inspect-file.ts";
import type { AccessPort } from "../../server/platform/http/guard.ts";
import { type Role, roleHas } from "../../server/platform/http/permissions.ts";
import { newId } from "../../server/platform/ids.ts";
import { loadKeyRing } from "../../server/platform/secrets.ts";

export type TestWorkspace = { id: string; number: number };

/** An application on real files in its own folder, with one organization and any number of workspaces. */
export type TestApp = {
  app: ReturnType<typeof createApp>;
  databases: Databases;
  dataDir: string;
  newWorkspace(name?: string): TestWorkspace;
  /**
   * Sends a request as a person with `role` in `workspaceId` and no access to any other workspace. The path is below
   * /api/v1.
   */
  call(
    as: { role: Role; workspaceId: string } | null,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Response>;
  close(): void;
};

/** Starts a `TestApp`. Its access port trusts a header that only tests send; features/auth has its own tests. */
export function newTestApp(
  now: () => number = Date.now,
  outside: Partial<AppOutside> = {},
  trouble: () => string | undefined = () => undefined,
): TestApp {
  const dataDir = mkdtempSync(join(tmpdir(), "swiftmail-test-"));
  const databases = openDatabases(dataDir);
  const app = createApp({
    config: readConfig({ DATA_DIR: dataDir, PORT: "0", SMTP_IN_PORT: "0" }),
    databases,
    keyRing: loadKeyRing(dataDir),
    clock: now,
    access: headerAccess(databases),
    outside: { ...nothingOutside, reads: readsOf(databases, now), ...outside },
    trouble,
  });
  databases.system
    .prepare("INSERT INTO organization VALUES ('org', 'Test organization', 0, 0)")
    .run();
  return {
    app,
    databases,
    dataDir,
    newWorkspace(name = "Test workspace") {
      const id = newId();
      const { lastInsertRowid } = databases.system
        .prepare(
          `INSERT INTO workspace (id, organization_id, name, time_zone, postal_address, created_at, updated_at)
           VALUES (?, 'org', ?, 'Europe/Berlin', '1 Test Street, Berlin', 0, 0)`,
        )
        .run(id, name);
      databases.createWorkspace(id);
      return { id, number: Number(lastInsertRowid) };
    },
    async call(as, method, path, body, headers = {}) {
      const request = new Request(`http://localhost/api/v1${path}`, {
        method,
        headers: {
          ...(as === null ? {} : { "x-test-actor": `${as.role} ${as.workspaceId}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return await app.handle(request);
    },
    close() {
      databases.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Templates rendered on the test's own thread; web views with `keys`. */
export function rendererWith(keys: () => TokenKeys): AppOutside["renderer"] {
  return {
    build: (_lane, source, fieldKeys) => buildAndTry(source, fieldKeys, Date.now()),
    faults: rememberFaults((_lane, source) => buildAndTry(source, undefined, Date.now())),
    show: showContent,
    preview: renderPreview,
    async webView({ campaignId, content, recipient, date }) {
      const compiled = await compileCampaign(content, { campaignId, keys: keys() });
      return renderWebView(compiled, recipient, date).html;
    },
  };
}

export const renderHere = rendererWith(() => {
  throw new Error("the test gave no keys for web views");
});

/** Parts that a test did not provide; using one fails the test. */
export const nothingOutside: AppOutside = {
  inbound: { port: 0, clear: () => missing("inbound") },
  removeMail: () => missing("inbound"),
  addDmarcReport: () => missing("inbound"),
  checkRoute: () => missing("checkRoute"),
  dns: {
    txt: () => missing("dns"),
    cname: () => missing("dns"),
    mx: () => missing("dns"),
    addresses: () => missing("dns"),
    reverse: () => missing("dns"),
    answersHere: () => missing("dns"),
  },
  engine: {
    waterfall: () => missing("engine"),
    prepareCampaign: () => missing("engine"),
    expect: () => missing("engine"),
    notice: () => undefined,
    sendOne: () => missing("engine"),
    running: () => undefined,
    routeChanged: () => undefined,
    rulesChanged: () => undefined,
    retry: () => missing("engine"),
    retryPreview: () => missing("engine"),
    decideHeld: () => missing("engine"),
  },
  queue: {
    queue: () =>
      Promise.resolve({
        at: 0,
        trouble: "",
        campaigns: [],
        sites: [],
        routes: [],
        holds: [],
        quotas: [],
      }),
    resumeLimit: () => Promise.resolve(false),
    suspendLimit: () => Promise.resolve(),
  },
  renderer: renderHere,
  inspectFile: async (path) => inspectFile(path),
  reads: {
    count: () => missing("reads"),
    page: () => missing("reads"),
    look: () => missing("reads"),
    checkAudit: () => missing("reads"),
  },
  publicUrl: () => "https://mail.example.net",
  recordFact: () => missing("journal"),
  fetchText: () => missing("web"),
  tracking: {
    recordFact: () => missing("journal"),
    resubscribed: () => undefined,
  },
};

/** Counts segments on the test's own thread. */
export function readsOf(databases: Databases, now: () => number): AppOutside["reads"] {
  const reader = new SegmentReader((id) => databases.workspace(id), Date.now);
  const never = new AbortController().signal;
  return {
    count: (request, signal) => reader.count(request, signal ?? never),
    page: (request) => reader.page(request, never),
    look: async (workspaceId, { name }, asked) =>
      readLook(name, { db: databases.workspace(workspaceId), now: now() }, asked) as never,
    checkAudit: async () => toEnd(verifyAudit(databases.system)),
  };
}

/** Runs all steps without a pause. */
export function toEnd<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      return step.value;
    }
  }
}

function missing(what: string): Promise<never> {
  return Promise.reject(new Error(`this test has no ${what}`));
}

function headerAccess(databases: Databases): AccessPort {
  return {
    async authenticate(request) {
      const header = request.headers.get("x-test-actor");
      return header === null
        ? undefined
        : { kind: "user", id: header, isAdmin: false, byCookie: false };
    },
    workspace(actor, workspaceId) {
      const [role, own] = actor.id.split(" ");
      const row = databases.system
        .prepare<[string], { number: number; name: string; time_zone: string }>(
          "SELECT number, name, time_zone FROM workspace WHERE id = ?",
        )
        .get(workspaceId);
      if (row === undefined || own !== workspaceId) {
        return undefined;
      }
      return {
        id: workspaceId,
        number: row.number,
        name: row.name,
        timeZone: row.time_zone,
        can: (permission) => roleHas(role as Role, permission),
      };
    },
    isSetUp: () => true,
    allowedOrigins: () => [],
  };
}
