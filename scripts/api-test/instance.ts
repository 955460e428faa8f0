// The instance that a run tests: the built binary in an empty folder, set up over HTTP, with a little of everything in
// its first workspace, one of the three callers signed in, and a second workspace to which none of them has access.
import { type ApiClient, apiClient, waitFor } from "../../server/commands/demo/api-client.ts";
import { demoContactsCsv } from "../../server/commands/demo/demo-contacts.ts";
import { importContacts, launchCampaign } from "../../server/commands/demo/seed.ts";
import { createOrganization } from "../../server/features/organizations/organizations.service.ts";
import { createPerson } from "../../server/features/users/users.service.ts";
import { createWorkspace } from "../../server/features/workspaces/workspaces.service.ts";
import { openDatabases } from "../../server/platform/db/databases.ts";
import type { RunningBinary } from "../../tests/support/binary.ts";
import { type SeededBinary, startSeededBinary } from "../../tests/support/seeded-binary.ts";

export const IDENTITIES = ["owner", "viewer", "key"] as const;
export type Identity = (typeof IDENTITIES)[number];

type Credentials = {
  /** The caller's API key; empty for a person. */
  bearer: string;
  /** The header fields that our own pages send for a person; none for a program. */
  headers: Record<string, string>;
};

export type Instance = Credentials & {
  binary: RunningBinary;
  workspaceId: string;
  foreignWorkspaceId: string;
};

const PASSWORD = "correct horse battery staple";
const VIEWER = "vera@agency.test";

/** Starts a fresh instance and signs `identity` in to it. */
export async function startInstance(identity: Identity): Promise<Instance> {
  // The run poses as many clients behind a proxy on this machine (see hooks.py).
  const seeded = await startSeededBinary({ env: { TRUSTED_PROXIES: "127.0.0.1" } });
  try {
    await fill(seeded);
    const credentials = await credentialsOf(identity, seeded);
    await seeded.binary.kill("SIGTERM");
    const foreignWorkspaceId = await addForeignWorkspace(seeded.binary.dataDir);
    const binary = await seeded.binary.restart();
    return { binary, workspaceId: seeded.workspace.id, foreignWorkspaceId, ...credentials };
  } catch (error) {
    await seeded.binary.dispose();
    throw error;
  }
}

/** People, a list and a campaign that is being sent, so that small ids refer to something. */
async function fill({ api, workspace }: SeededBinary): Promise<void> {
  const { listId } = await importContacts(api, workspace, demoContactsCsv(30), "Readers");
  const { routeId } = workspace;
  const campaign = { name: "Hello", subject: "Hello", preheader: "", starter: "newsletter" };
  await launchCampaign(api, workspace, { ...campaign, listId, routeId });
}

async function credentialsOf(
  identity: Identity,
  { api, binary, workspace, email }: SeededBinary,
): Promise<Credentials> {
  if (identity === "key") {
    const { items: scopes } = await api.get<{ items: string[] }>(
      `${workspace.path}/api-keys/scopes`,
    );
    const made = { name: "Program", scopes };
    const { key } = await api.post<{ key: string }>(`${workspace.path}/api-keys`, made);
    return { bearer: key, headers: {} };
  }
  if (identity === "viewer") {
    const invitation = { email: VIEWER, role: "viewer" };
    await api.post(`${workspace.path}/members`, invitation);
    const person = { token: await mailedToken(api), name: "Vera", password: PASSWORD };
    await apiClient(binary.url).post("/invitations/register", person);
  }
  const account = { email: identity === "viewer" ? VIEWER : email, password: PASSWORD };
  const signedIn = await fetch(`${binary.url}/api/v1/auth/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: binary.url },
    body: JSON.stringify(account),
  });
  if (!signedIn.ok) {
    throw new Error(`the ${identity} cannot sign in: ${await signedIn.text()}`);
  }
  const cookie = signedIn.headers.getSetCookie().map((line) => line.split(";")[0]);
  return { bearer: "", headers: { Cookie: cookie.join("; "), Origin: binary.url } };
}

/** The token in the link of the newest invitation, which is in the instance's own test inbox. */
async function mailedToken(api: ApiClient): Promise<string> {
  type Mail = { id: number; subject: string; to: string };
  const { items } = await waitFor(
    "the invitation",
    () => api.get<{ items: Mail[] }>("/instance/inbox"),
    (page) => page.items.some(({ to }) => to === VIEWER),
    30_000,
  );
  const id = items.find(({ to }) => to === VIEWER)?.id;
  const { text } = await api.get<{ text: string }>(`/instance/inbox/${id}`);
  return /invitation\?token=([\w.-]+)/.exec(text)?.[1] ?? "";
}

/** Adds a workspace of another organization to the files of an instance that is not running. */
async function addForeignWorkspace(dataDir: string): Promise<string> {
  const databases = openDatabases(dataDir);
  const now = Date.now();
  const person = { email: "sam@other.test", name: "Sam", password: PASSWORD, isAdmin: false };
  const { id: ownerId } = await createPerson(databases.system, person, now);
  const organizationId = createOrganization(databases.system, "Another agency", ownerId, now);
  const facts = { name: "Foreign", timeZone: "Europe/Berlin", postalAddress: "1 Other Street" };
  const id = createWorkspace(databases, { ...facts, organizationId, ownerId }, now);
  databases.close();
  return id;
}
