import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitFor } from "../../server/commands/demo/api-client.ts";
import { readConfig } from "../../server/config.ts";
import { createApiKey, grantableScopes } from "../../server/features/api-keys/api-keys.service.ts";
import { markSetUp, storePrivateRelays } from "../../server/features/instance/instance.service.ts";
import { createOrganization } from "../../server/features/organizations/organizations.service.ts";
import { createPerson } from "../../server/features/users/users.service.ts";
import { createWorkspace } from "../../server/features/workspaces/workspaces.service.ts";
import { type Databases, openDatabases } from "../../server/platform/db/databases.ts";
import { type RunningServer, type StartOptions, startServer } from "../../server/start-server.ts";
import { freePort } from "./free-port.ts";

/** The whole product in this process, set up, with one workspace and an API key with all scopes. */
export type WholeServer = {
  server: RunningServer;
  dataDir: string;
  /** The port of its mail listener. */
  smtpInPort: number;
  workspaceId: string;
  /** A request below the workspace; throws with the problem when the status is not 2xx. */
  ask<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T>;
  /** Like `call`, but returns the response whatever its status. */
  raw(method: string, path: string, body?: unknown): Promise<Response>;
  /** Sends a form with files. */
  upload(path: string, form: FormData): Promise<Response>;
  /** Reads or changes the files beside the server. */
  database<T>(use: (databases: Databases) => T): T;
  /**
   * Polls until the answer is as expected.
   *
   * @throws Error naming `what` after a minute.
   */
  waitFor<T>(what: string, look: () => T | Promise<T>, isWanted: (value: T) => boolean): Promise<T>;
  /** Ends all threads and starts them again on the same folder, `downMs` later. */
  restart(downMs?: number): Promise<void>;
  close(): Promise<void>;
};

/**
 * Starts a `WholeServer` on real files, threads and ports.
 *
 * @param contacts How many contacts it has: person1@example.org and so on, with first names.
 * @param dnsServers The name servers to use instead of the system's.
 */
export async function startWholeServer(
  contacts: number,
  dnsServers: readonly string[] = [],
  options: Pick<StartOptions, "onStatement"> = {},
): Promise<WholeServer> {
  const dataDir = mkdtempSync(join(tmpdir(), "swiftmail-whole-"));
  const { workspaceId, key } = await seed(dataDir, contacts);
  const smtpInPort = await freePort();
  const start = () =>
    startServer(
      readConfig({
        DATA_DIR: dataDir,
        PORT: "0",
        SMTP_IN_PORT: String(smtpInPort),
        PUBLIC_URL: "https://mail.example.net",
      }),
      {
        onFatal: (reason) => {
          throw new Error(reason);
        },
        dnsServers,
        ...options,
      },
    );
  let server = await start();
  const raw = (method: string, path: string, body?: unknown) =>
    fetch(`${server.url}/api/v1/workspaces/${workspaceId}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    get server() {
      return server;
    },
    dataDir,
    smtpInPort,
    workspaceId,
    raw,
    async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
      const response = await raw(method, path, body);
      const text = await response.text();
      if (!response.ok) {
        throw new Error(`${method} ${path}: ${text}`);
      }
      return JSON.parse(text) as T;
    },
    upload: (path, form) =>
      fetch(`${server.url}/api/v1/workspaces/${workspaceId}${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}` },
        body: form,
      }),
    database(use) {
      const databases = openDatabases(dataDir);
      try {
        return use(databases);
      } finally {
        databases.close();
      }
    },
    waitFor: (what, look, isWanted) => waitFor(what, async () => await look(), isWanted, 60_000),
    async restart(downMs = 0) {
      await server.stop();
      await Bun.sleep(downMs);
      server = await start();
    },
    async close() {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function seed(dataDir: string, contacts: number) {
  const databases = openDatabases(dataDir);
  const { system } = databases;
  const now = Date.now();
  const { id: userId } = await createPerson(
    system,
    { email: "owner@example.net", name: "Owner", password: "correct horse battery", isAdmin: true },
    now,
  );
  const organizationId = createOrganization(system, "Acme", userId, now);
  const workspaceId = createWorkspace(
    databases,
    {
      name: "Acme",
      timeZone: "Europe/Berlin",
      postalAddress: "1 Test Street, Berlin",
      organizationId,
      ownerId: userId,
    },
    now,
  );
  const { key } = createApiKey(
    system,
    { workspaceId, userId, name: "Test", scopes: grantableScopes, can: () => true },
    now,
  );
  markSetUp(system, now);
  // The relays of tests are on this machine.
  storePrivateRelays(databases.system, true, Date.now());
  databases
    .workspace(workspaceId)
    .prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       INSERT INTO contact (email, address, domain, first_name, created_at, updated_at)
       SELECT 'person' || i || '@example.org', 'person' || i || '@example.org', 'example.org',
              'Name' || i, 0, 0
         FROM n`,
    )
    .run(contacts);
  databases.close();
  return { workspaceId, key };
}
