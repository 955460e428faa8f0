import type { ApiClient } from "./api-client.ts";
import type { ReadyWorkspace } from "./seed.ts";
import { isRead, trackedAddresses, visit, visitsOf } from "./visitors.ts";

const PAGE = 200;
const PARALLEL = 16;

type Captured = { items: { id: number; subject: string }[]; nextCursor: string | null };
type Mail = { html: string | null; headers: { name: string; value: string }[] };

/**
 * Reads every captured message with this subject from the test inbox, like a recipient's mail client, and requests
 * its tracking URLs. Returns the number of requests.
 */
export async function readTestInbox(
  api: ApiClient,
  workspace: ReadyWorkspace,
  subject: string,
): Promise<number> {
  const ids = await capturedIds(api, workspace, subject);
  let made = 0;
  let next = 0;
  const reader = async () => {
    for (;;) {
      const index = next;
      next += 1;
      const id = ids[index];
      if (id === undefined) {
        return;
      }
      if (!isRead(index)) {
        continue;
      }
      const mail = await api.get<Mail>(`${workspace.path}/inbox/${id}`);
      const leave = mail.headers.find(({ name }) => name.toLowerCase() === "list-unsubscribe");
      for (const each of visitsOf(trackedAddresses(mail.html ?? "", leave?.value ?? ""), index)) {
        await visit(each);
        made += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, reader));
  return made;
}

async function capturedIds(
  api: ApiClient,
  workspace: ReadyWorkspace,
  subject: string,
): Promise<number[]> {
  const ids: number[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const after: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page: Captured = await api.get(
      `${workspace.path}/inbox?limit=${PAGE}&q=${encodeURIComponent(subject)}${after}`,
    );
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  return ids;
}
