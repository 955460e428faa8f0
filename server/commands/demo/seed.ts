// Does what a person does in the browser, with the same API: set up, import, send.
import { type ApiClient, waitFor } from "./api-client.ts";

const MINUTE_MS = 60_000;

export type SetupAnswers = {
  token: string;
  email: string;
  password: string;
  publicUrl: string;
  workspaceName: string;
};

/** A workspace that can send: its id, and the sender and sending method that the setup created. */
export type ReadyWorkspace = { id: string; path: string; senderId: number; routeId: number };

/** Completes the setup wizard, with the built-in test inbox as the sending method. */
export async function answerSetup(api: ApiClient, answers: SetupAnswers): Promise<ReadyWorkspace> {
  await api.post("/setup/unlock", { token: answers.token });
  await api.post("/setup/administrator", {
    email: answers.email,
    name: "Demo Administrator",
    password: answers.password,
  });
  await api.post("/setup/organization", { name: "Demo Agency" });
  await api.post("/setup/workspace", {
    name: answers.workspaceName,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC",
    postalAddress: "Acme Books, 1 Sample Street, 10115 Berlin, Germany",
  });
  await api.post("/setup/public-url", { url: answers.publicUrl });
  await api.post("/setup/route", { kind: "test_inbox" });
  await api.post("/setup/sender", { name: "Acme Books", email: "hello@acme-books.example" });
  await api.post("/setup/test-message", {});
  await api.post("/setup/finish");
  return await firstWorkspace(api);
}

async function firstWorkspace(api: ApiClient): Promise<ReadyWorkspace> {
  type Named = { items: { id: number }[] };
  const me = await api.get<{ workspaces: { id: string }[] }>("/auth/me");
  const id = me.workspaces[0]?.id ?? "";
  const path = `/workspaces/${id}`;
  const senders = await api.get<Named>(`${path}/senders`);
  const routes = await api.get<Named>(`${path}/routes`);
  return {
    id,
    path,
    senderId: senders.items[0]?.id ?? 0,
    routeId: routes.items[0]?.id ?? 0,
  };
}

type Guess = {
  column: number;
  target: string;
  key?: string;
  suggestion?: { label: string; type: string };
};
type Preview = { id: number; guesses: Guess[] };
type ImportView = { state: string; created: number; rejected: number; duplicates: number };

/** Imports a CSV file into a new list with the columns that the server guessed. Unknown columns become fields. */
export async function importContacts(
  api: ApiClient,
  workspace: ReadyWorkspace,
  csv: string,
  listName: string,
): Promise<{ listId: number; added: number; refused: number }> {
  const list = await api.post<{ id: number }>(`${workspace.path}/lists`, { name: listName });
  const file = new File([csv], "customers.csv", { type: "text/csv" });
  const preview = await api.upload<Preview>(`${workspace.path}/imports`, file);
  const path = `${workspace.path}/imports/${preview.id}`;
  await api.post(`${path}/start`, {
    mapping: preview.guesses.map(mappingOf),
    agreed: true,
    onDuplicate: "update",
    listIds: [list.id],
  });
  const { state, created, rejected, duplicates } = await waitFor(
    "the import",
    () => api.get<ImportView>(path),
    (found) => !["queued", "running"].includes(found.state),
    MINUTE_MS,
  );
  if (state !== "done") {
    throw new Error(`the import ended as ${state}`);
  }
  return { listId: list.id, added: created, refused: rejected + duplicates };
}

function mappingOf({ column, target, key, suggestion }: Guess) {
  return target === "skip" && suggestion !== undefined
    ? { column, target: "newField", ...suggestion }
    : { column, target, ...(key === undefined ? {} : { key }) };
}

export type CampaignPlan = {
  name: string;
  subject: string;
  preheader: string;
  starter: string;
  listId: number;
  routeId: number;
};

/** Creates a campaign from a built-in template and launches it. Returns its id. */
export async function launchCampaign(
  api: ApiClient,
  workspace: ReadyWorkspace,
  plan: CampaignPlan,
): Promise<number> {
  type Starters = { items: { key: string; kind: string; source: string }[] };
  const starters = await api.get<Starters>(`${workspace.path}/template-starters`);
  const starter = starters.items.find(({ key }) => key === plan.starter) ?? starters.items[0];
  const campaign = await api.post<{ id: number }>(`${workspace.path}/campaigns`, {
    name: plan.name,
    subject: plan.subject,
    preheader: plan.preheader,
    senderId: workspace.senderId,
    routeId: plan.routeId,
    bodyKind: starter?.kind ?? "mjml",
    bodySource: starter?.source ?? "",
    audience: { everyone: false, includeLists: [plan.listId], excludeLists: [] },
  });
  await api.post(`${workspace.path}/campaigns/${campaign.id}/launch`);
  return campaign.id;
}

/** Waits until every recipient of a campaign has a final status. Returns how many messages were sent. */
export async function untilCompleted(
  api: ApiClient,
  workspace: ReadyWorkspace,
  campaignId: number,
  timeoutMs: number,
): Promise<number> {
  const path = `${workspace.path}/campaigns/${campaignId}`;
  await waitFor(
    "the campaign",
    () => api.get<{ status: string }>(path),
    ({ status }) => status === "completed",
    timeoutMs,
  );
  return (await api.get<{ counts: { sent: number } }>(`${path}/report`)).counts.sent;
}
