import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AppOutside, createApp } from "../../server/app.ts";
import { readConfig } from "../../server/config.ts";
import { markSetUp, storePrivateRelays } from "../../server/features/instance/instance.service.ts";
import { createOrganization } from "../../server/features/organizations/organizations.service.ts";
import { changeSystemMail } from "../../server/features/setup/system-mail.service.ts";
import { createPerson } from "../../server/features/users/users.service.ts";
import { createWorkspace } from "../../server/features/workspaces/workspaces.service.ts";
import { type Databases, openDatabases } from "../../server/platform/db/databases.ts";
import { type KeyRing, loadKeyRing } from "../../server/platform/secrets.ts";
import { nothingOutside, readsOf } from "./app.ts";

export const goodPassword = "correct horse battery staple";
export const publicUrl = "https://mail.example.net";

/** A signed-in person, and the first workspace of their organization. */
export type SignedUp = {
  userId: string;
  email: string;
  cookie: string;
  organizationId: string;
  workspaceId: string;
};

/** An application with real access control: real sessions and real API keys. */
export type AccountsApp = {
  app: ReturnType<typeof createApp>;
  databases: Databases;
  keyRing: KeyRing;
  dataDir: string;
  /** Moves the application's clock. Lucia has its own clock, which tests cannot move. */
  clock: { now: number };
  signUp(email: string, options?: { isAdmin?: boolean }): Promise<SignedUp>;
  /** Sends a request below /api/v1 as our own page does, with the given cookie or key. */
  call(
    as: string | null,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Response>;
  close(): void;
};

/** @param options.setUp False for an instance before the setup wizard. */
export function newAccountsApp(
  options: { setUp?: boolean; outside?: Partial<AppOutside>; smtpInPort?: number } = {},
): AccountsApp {
  const dataDir = mkdtempSync(join(tmpdir(), "swiftmail-accounts-"));
  const databases = openDatabases(dataDir);
  const keyRing = loadKeyRing(dataDir);
  const clock = { now: Date.now() };
  const config = readConfig({
    DATA_DIR: dataDir,
    PORT: "0",
    SMTP_IN_PORT: String(options.smtpInPort ?? 0),
    PUBLIC_URL: publicUrl,
  });
  const app = createApp({
    config,
    databases,
    keyRing,
    clock: () => clock.now,
    outside: {
      ...nothingOutside,
      reads: readsOf(databases, () => clock.now),
      ...options.outside,
    },
  });
  if (options.setUp !== false) {
    markSetUp(databases.system, clock.now);
  }
  const call: AccountsApp["call"] = async (as, method, path, body, headers = {}) => {
    const request = new Request(`${publicUrl}/api/v1${path}`, {
      method,
      headers: {
        origin: publicUrl,
        ...(as === null
          ? {}
          : as.startsWith("smk_")
            ? { authorization: `Bearer ${as}` }
            : { cookie: as }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return await app.handle(request);
  };
  return {
    app,
    databases,
    keyRing,
    dataDir,
    clock,
    call,
    async signUp(email, { isAdmin = false } = {}) {
      const person = { email, name: email.split("@")[0] ?? "", password: goodPassword, isAdmin };
      const { id: userId } = await createPerson(databases.system, person, clock.now);
      const organizationId = createOrganization(databases.system, `Of ${email}`, userId, clock.now);
      const workspace = {
        name: `Workspace of ${email}`,
        timeZone: "Europe/Berlin",
        postalAddress: "1 Street",
      };
      const workspaceId = createWorkspace(
        databases,
        { ...workspace, organizationId, ownerId: userId },
        clock.now,
      );
      const response = await call(null, "POST", "/auth/sign-in", { email, password: goodPassword });
      return { userId, email, cookie: cookieOf(response), organizationId, workspaceId };
    },
    close() {
      databases.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** `name=value` of the cookie that a response sets. */
export function cookieOf(response: Response): string {
  return response.headers.get("set-cookie")?.split(";")[0] ?? "";
}

/** Invites a person, who registers and signs in. */
export async function joinAs(
  fixture: AccountsApp,
  owner: SignedUp,
  email: string,
  role: string,
): Promise<{ userId: string; cookie: string }> {
  const members = `/workspaces/${owner.workspaceId}/members`;
  const invited = await fixture.call(owner.cookie, "POST", members, { email, role });
  const { link } = (await invited.json()) as { link: string };
  const token = new URL(link).searchParams.get("token");
  const person = { token, name: email, password: goodPassword };
  await fixture.call(null, "POST", "/invitations/register", person);
  const credentials = { email, password: goodPassword };
  const response = await fixture.call(null, "POST", "/auth/sign-in", credentials);
  const { user } = (await response.json()) as { user: { id: string } };
  return { userId: user.id, cookie: cookieOf(response) };
}

/** Makes the instance's own mail use a relay on a loopback port. */
export function mailBy({ databases, keyRing }: AccountsApp, port: number): void {
  const relay = { kind: "relay", host: "127.0.0.1", port, security: "none" } as const;
  const from = { fromName: "SwiftMail", fromEmail: "system@example.net" };
  storePrivateRelays(databases.system, true, 0);
  changeSystemMail(databases.system, keyRing, { ...relay, ...from }, 0);
}
