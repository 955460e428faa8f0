import type { SmtpOutcome, Waterfall } from "../../../../server/delivery/index.ts";
import type { CampaignEngine, DnsLookup } from "../../../../server/features/ports.ts";
import type { Role } from "../../../../server/platform/http/permissions.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";

/** Records what delivery was asked to do, and returns what the test set. */
export type EngineProbe = CampaignEngine & {
  recipients: number;
  /** The calls in order: `prepare 1`, `expect`, `notice 1`. */
  told: string[];
  sent: Parameters<CampaignEngine["sendOne"]>[0][];
  answer: SmtpOutcome;
};

function newProbe(): EngineProbe {
  const probe: EngineProbe = {
    recipients: 3,
    told: [],
    sent: [],
    answer: {
      kind: "accepted",
      reply: { code: 250, enhanced: "2.0.0", text: "Ok: queued" },
      host: "mx.test",
      durationMs: 1,
    },
    waterfall: async () => waterfallOf(probe.recipients),
    prepareCampaign: async (_workspaceId, campaignId) => {
      probe.told.push(`prepare ${campaignId}`);
      return probe.recipients;
    },
    expect: async () => void probe.told.push("expect"),
    notice: (_workspaceId, campaignId) => void probe.told.push(`notice ${campaignId}`),
    running: () => undefined,
    routeChanged: () => undefined,
    rulesChanged: () => undefined,
    retry: () => Promise.reject(new Error("not asked")),
    retryPreview: () => Promise.reject(new Error("not asked")),
    decideHeld: () => Promise.reject(new Error("not asked")),
    sendOne: async (message) => {
      probe.sent.push(message);
      return probe.answer;
    },
  };
  return probe;
}

function waterfallOf(recipients: number): Waterfall {
  return {
    duplicates: 0,
    inAudience: recipients + 2,
    excluded: 0,
    unsubscribed: 1,
    unconfirmed: 0,
    paused: 0,
    suppressed: { hardBounce: 1, complaint: 0, manual: 0, unclear: 0 },
    invalid: 0,
    recipients,
  };
}

/** A workspace with a sender, a test-inbox route and a list, and a clock that tests set. */
export type CampaignFixture = {
  app: TestApp;
  workspace: TestWorkspace;
  engine: EngineProbe;
  now: { at: number };
  /** TXT records by name. */
  zone: Map<string, string>;
  db(): ReturnType<TestApp["databases"]["workspace"]>;
  call(
    method: string,
    path: string,
    body?: unknown,
    options?: { role?: Role; ifMatch?: string },
  ): Promise<Response>;
  /** Creates a campaign that is ready to send; returns its id. */
  newReady(change?: Record<string, unknown>): Promise<number>;
};

export const START = Date.parse("2026-11-21T08:00:00Z");

/** Opens a `CampaignFixture` on real files; the caller closes `app`. */
export function newCampaignFixture(): CampaignFixture {
  const engine = newProbe();
  const now = { at: START };
  const zone = new Map<string, string>();
  const look: DnsLookup["txt"] = async (name) => {
    const value = zone.get(name);
    return value === undefined ? { kind: "none" } : { kind: "records", values: [value] };
  };
  const app = newTestApp(() => now.at, {
    engine,
    dns: {
      txt: look,
      cname: async () => ({ kind: "none" }),
      mx: async () => ({ kind: "none" }),
      addresses: async () => ({ kind: "none" }),
      reverse: async () => ({ kind: "none" }),
      answersHere: async () => true,
    },
    inbound: { port: 2_526, clear: async () => 0 },
  });
  const workspace = app.newWorkspace("Acme");
  const db = () => app.databases.workspace(workspace.id);
  db().exec(`
    INSERT INTO sender (name, email, created_at) VALUES ('Acme', 'news@acme.test', 0);
    INSERT INTO route (name, kind, created_at, updated_at) VALUES ('Test inbox', 'test_inbox', 0, 0);
    INSERT INTO list (name, name_key, created_at, updated_at) VALUES ('News', 'news', 0, 0);
    INSERT INTO contact (email, address, domain, first_name, created_at, updated_at)
    VALUES ('ann@x.test', 'ann@x.test', 'x.test', 'Ann', 0, 0);
  `);
  const call: CampaignFixture["call"] = (method, path, body, options = {}) =>
    app.call(
      { role: options.role ?? "editor", workspaceId: workspace.id },
      method,
      `/workspaces/${workspace.id}/campaigns${path}`,
      body,
      options.ifMatch === undefined ? {} : { "if-match": options.ifMatch },
    );
  return {
    app,
    workspace,
    engine,
    now,
    zone,
    db,
    call,
    async newReady(change = {}) {
      const response = await call("POST", "", { ...readyCampaign, ...change });
      return (await response.json()).id as number;
    },
  };
}

const readyCampaign = {
  name: "May news",
  subject: "Hello {{ contact.first_name }}",
  senderId: 1,
  routeId: 1,
  bodySource:
    '<p>Hi {{ contact.first_name }}, <a href="https://shop.example/?a=1&amp;b=2">shop</a></p><a href="{{ unsubscribe_url }}">Unsubscribe</a>',
  audience: { everyone: true, includeLists: [], excludeLists: [] },
};
