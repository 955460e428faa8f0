import { type ApiClient, apiClient, waitFor } from "../../server/commands/demo/api-client.ts";
import { answerSetup, type ReadyWorkspace } from "../../server/commands/demo/seed.ts";
import { type RunningBinary, startBinary } from "./binary.ts";

export type SeededBinary = {
  binary: RunningBinary;
  api: ApiClient;
  workspace: ReadyWorkspace;
  email: string;
  password: string;
};

/** The one-time token that a fresh instance prints. */
export async function setupToken(binary: RunningBinary): Promise<string> {
  const [, token = ""] = await binary.printed(/setup\?token=([\w-]+)/);
  return token;
}

/** The link of the invitation that the instance mailed to an address, from its own test inbox. */
export async function mailedInvitation(api: ApiClient, address: string): Promise<string> {
  type Mails = { items: { id: number; to: string }[] };
  const { items } = await waitFor(
    `an invitation to ${address}`,
    () => api.get<Mails>("/instance/inbox"),
    (inbox) => inbox.items.some(({ to }) => to === address),
    20_000,
  );
  const id = items.find(({ to }) => to === address)?.id;
  const { text } = await api.get<{ text: string }>(`/instance/inbox/${id}`);
  return /http\S+\/invitation\?token=\S+/.exec(text)?.[0] ?? "no link";
}

/** The compiled binary in an empty folder, set up over HTTP. */
export async function startSeededBinary(
  options: { env?: Record<string, string>; publicUrl?: string } = {},
): Promise<SeededBinary> {
  const binary = await startBinary(options);
  const api = apiClient(binary.url);
  const email = "ada@agency.test";
  const password = "correct horse battery staple";
  const workspace = await answerSetup(api, {
    token: await setupToken(binary),
    email,
    password,
    publicUrl: options.publicUrl ?? binary.url,
    workspaceName: "Acme Books",
  });
  // The relays of tests are on this machine.
  await api.patch("/instance/settings", { allowPrivateRelays: true });
  return { binary, api, workspace, email, password };
}
