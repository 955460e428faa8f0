import { type ApiClient, waitFor } from "../../server/commands/demo/api-client.ts";
import {
  importContacts,
  launchCampaign,
  type ReadyWorkspace,
} from "../../server/commands/demo/seed.ts";
import type { SeededBinary } from "./seeded-binary.ts";

export type Counts = Record<
  "total" | "pending" | "leased" | "deferred" | "held" | "sent" | "bounced" | "failed" | "skipped",
  number
>;
export type Report = { campaign: { status: string; statusReason: string }; counts: Counts };

/** Imports this many new people into their own list and starts a campaign to them. Returns its id. */
export async function sendToNewPeople(
  api: ApiClient,
  workspace: ReadyWorkspace,
  to: { routeId: number; people: number; name: string },
): Promise<number> {
  const rows = Array.from(
    { length: to.people },
    (_, i) => `${to.name}${i}@example${i % 5}.test,Name ${i}`,
  );
  const csv = ["email,first name", ...rows].join("\n");
  const { listId } = await importContacts(api, workspace, csv, to.name);
  return await launchCampaign(api, workspace, {
    name: to.name,
    subject: "Hello {{ contact.first_name }}",
    preheader: "",
    starter: "newsletter",
    listId,
    routeId: to.routeId,
  });
}

/** Reads a campaign's report until it is as expected. Its states must always add up to its total. */
export async function untilReport(
  api: ApiClient,
  workspace: ReadyWorkspace,
  campaignId: number,
  isWanted: (report: Report) => boolean,
): Promise<Report> {
  return await waitFor(
    "the campaign",
    async () => {
      const path = `${workspace.path}/campaigns/${campaignId}/report`;
      const report = await api.get<Report>(path);
      const { total, ...states } = report.counts;
      const sum = Object.values(states).reduce((all, one) => all + one, 0);
      if (sum !== total) {
        throw new Error(`states sum to ${sum}, not ${total}: ${JSON.stringify(states)}`);
      }
      return report;
    },
    isWanted,
    40_000,
  );
}

/**
 * Waits until a campaign's progress stream reports such a bottleneck, and returns its sentence.
 *
 * @param cookie The cookie of an existing session, because nobody can sign in on a full disk.
 */
export async function untilBottleneck(
  seeded: SeededBinary,
  campaignId: number,
  pattern: RegExp,
  cookie?: string,
): Promise<string> {
  const { binary, workspace } = seeded;
  const path = `${workspace.path}/campaigns/${campaignId}/progress`;
  const stream = await fetch(`${binary.url}/api/v1${path}`, {
    headers: { cookie: cookie ?? (await signIn(seeded)) },
  });
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    const events = text.split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      const json = event.slice(event.indexOf("data: ") + "data: ".length);
      const { bottleneck } = JSON.parse(json) as {
        bottleneck: { detail: string } | null;
      };
      if (bottleneck !== null && pattern.test(bottleneck.detail)) {
        return bottleneck.detail;
      }
    }
  }
  throw new Error(`the progress ended without ${String(pattern)}`);
}

/** Signs in as the administrator; returns the cookies of the session. */
export async function signIn({ binary, email, password }: SeededBinary): Promise<string> {
  const response = await fetch(`${binary.url}/api/v1/auth/sign-in`, {
    method: "POST",
    headers: { origin: binary.url, "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  return response.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
}
