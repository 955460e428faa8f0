import {
  addressToken,
  loadTokenKeys,
  messageIdOf,
  type OutsideFact,
} from "../../server/delivery/index.ts";
import { AppError } from "../../server/platform/errors.ts";
import { loadKeyRing } from "../../server/platform/secrets.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "./app.ts";

/** A minute ahead, so that a certificate created now is valid. */
export const NOW = Date.now() + 60_000;
export const DAY_MS = 86_400_000;

/** A route's webhook as the API shows it. */
export type Webhook = {
  url: string;
  password: string | null;
  needsKey: boolean;
  hasKey: boolean;
  topic: string;
  lastEventAt: number | null;
  lastFault: string;
  counts: Record<string, number>;
};

/** An application whose workspace sent messages 1 to 3 of campaign 7 yesterday, with its webhooks. */
export class HookFixture {
  readonly app: TestApp;
  readonly workspace: TestWorkspace;
  readonly facts: OutsideFact[] = [];
  /** Requests to the web, and their responses. */
  readonly fetched: string[] = [];
  web: Record<string, string> = {};
  journalFails = false;
  now = NOW;

  constructor() {
    this.app = newTestApp(() => this.now, {
      recordFact: async (fact) => {
        if (this.journalFails) {
          throw new AppError("unavailable", { text: "The journal cannot be written." });
        }
        this.facts.push(fact);
      },
      fetchText: async (url) => {
        this.fetched.push(url);
        const text = this.web[url];
        if (text === undefined) {
          throw new Error("nothing there");
        }
        return text;
      },
    });
    this.workspace = this.app.newWorkspace();
    this.addMessages(this.workspace);
  }

  addMessages({ id }: TestWorkspace): void {
    const db = this.app.databases.workspace(id);
    db.exec(
      "INSERT INTO campaign (id, name, created_by, created_at, updated_at) VALUES (7, 'May', 'u', 0, 0)",
    );
    const insert = db.prepare(
      "INSERT INTO message (campaign_id, seq, contact_id, address, state, changed_at) VALUES (7, ?, ?, ?, 3, ?)",
    );
    for (const seq of [1, 2, 3]) {
      insert.run(seq, seq, `r${seq}@reader.test`, NOW - DAY_MS);
    }
  }

  addRoute(preset: string): number {
    const { lastInsertRowid } = this.app.databases
      .workspace(this.workspace.id)
      .prepare(
        "INSERT INTO route (name, kind, preset, host, created_at, updated_at) VALUES ('R', 'relay', ?, 'relay.test', 0, 0)",
      )
      .run(preset);
    return Number(lastInsertRowid);
  }

  messageId(seq: number, of = this.workspace): string {
    const ref = { workspaceNumber: of.number, campaignId: 7, seq };
    return `<${messageIdOf(this.#keys(), ref, "acme.test")}>`;
  }

  token(seq: number): string {
    const messageId = this.messageId(seq);
    return messageId.slice(1, messageId.indexOf("@"));
  }

  returnPath(seq: number): string {
    const ref = { workspaceNumber: this.workspace.number, campaignId: 7, seq };
    return `${addressToken(this.#keys(), "bounce", ref)}@bounce.acme.test`;
  }

  pathOf(routeId: number): string {
    return `/workspaces/${this.workspace.id}/routes/${routeId}/webhook`;
  }

  async webhook(routeId: number): Promise<Webhook> {
    const response = await this.call("GET", this.pathOf(routeId));
    return (await response.json()) as Webhook;
  }

  storeKey(routeId: number, key: string): Promise<Response> {
    return this.call("PUT", this.pathOf(routeId), { key });
  }

  call(method: string, path: string, body?: unknown): Promise<Response> {
    return this.app.call({ role: "admin", workspaceId: this.workspace.id }, method, path, body);
  }

  /** Calls the webhook like a provider, with the URL's credentials as Basic authentication. */
  async post(url: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
    const { username, password, pathname } = new URL(url);
    const basic = Buffer.from(`${username}:${decodeURIComponent(password)}`).toString("base64");
    return this.app.app.handle(
      new Request(`http://localhost${pathname}`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(username === "" ? {} : { authorization: `Basic ${basic}` }),
          ...headers,
        },
        body,
      }),
    );
  }

  #keys() {
    return loadTokenKeys(loadKeyRing(this.app.dataDir));
  }
}
