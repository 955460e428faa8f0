import { createApiKey, grantableScopes } from "../../server/features/api-keys/api-keys.service.ts";
import { createOrganization } from "../../server/features/organizations/organizations.service.ts";
import { createPerson } from "../../server/features/users/users.service.ts";
import { createWorkspace } from "../../server/features/workspaces/workspaces.service.ts";
import { openDatabases } from "../../server/platform/db/databases.ts";
import type { WholeServer } from "./whole-server.ts";

/** Another client of the same server, with its own organization, workspace, person and API key. */
export type Tenant = {
  workspaceId: string;
  /** The API key, which may do everything in the workspace. */
  key: string;
} & Pick<WholeServer, "raw">;

/** Adds a client to a running server, on its own files. */
export async function addTenant(whole: WholeServer, name: string): Promise<Tenant> {
  const databases = openDatabases(whole.dataDir);
  const { system } = databases;
  const now = Date.now();
  const { id: ownerId } = await createPerson(
    system,
    {
      email: `${name.toLowerCase()}@example.net`,
      name,
      password: "correct horse battery",
      isAdmin: false,
    },
    now,
  );
  const organizationId = createOrganization(system, name, ownerId, now);
  const timeZone = "Europe/Berlin";
  const postalAddress = "2 Test Street, Berlin";
  const workspaceId = createWorkspace(
    databases,
    { name, timeZone, postalAddress, organizationId, ownerId },
    now,
  );
  const { key } = createApiKey(
    system,
    { workspaceId, userId: ownerId, name: "Test", scopes: grantableScopes, can: () => true },
    now,
  );
  databases.close();
  return {
    workspaceId,
    key,
    raw: (method, path, body) =>
      fetch(`${whole.server.url}/api/v1/workspaces/${workspaceId}${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  };
}
