import { createHash } from "node:crypto";
import type { TestMessage } from "../../../../server/delivery/index.ts";
import type { SmtpFault } from "../../../../server/delivery/types.ts";
import { formJobs } from "../../../../server/features/forms/form-jobs.service.ts";
import { PublicForms } from "../../../../server/features/forms/signup.ts";
import { preferenceJobs } from "../../../../server/features/preferences/preference-jobs.service.ts";
import type { AppError } from "../../../../server/platform/errors.ts";
import { createJobQueue } from "../../../../server/platform/scheduler/job-queue.ts";
import { Scheduler } from "../../../../server/platform/scheduler/scheduler.ts";
import { loadKeyRing } from "../../../../server/platform/secrets.ts";
import {
  newTestApp,
  nothingOutside,
  renderHere,
  type TestApp,
  type TestWorkspace,
} from "../../../support/app.ts";
import { answerOf } from "../../../support/calls.ts";

type Settings = Record<string, unknown>;
export type MadeForm = { id: number; url: string; path: string; snippet: string; version: number };

/** A workspace with a sender and a route, its forms over the API, and a list of the mail they send. */
export class FormFixture {
  now = 1_790_000_000_000;
  readonly sent: TestMessage[] = [];
  readonly facts: object[] = [];
  /** Set to make the route refuse. */
  refusal: { code: number; text: string } | undefined;
  /** Set to make the journal refuse facts, as if it could not be written. */
  journalFault: AppError | undefined;
  /** Set to make the message fail because of an error on our side. */
  fault: SmtpFault | undefined;
  readonly app: TestApp;
  readonly workspace: TestWorkspace;
  readonly scheduler: Scheduler;

  constructor() {
    const clock = () => this.now;
    this.app = newTestApp(clock, {
      publicUrl: () => "https://mail.example.net",
      tracking: {
        recordFact: async (fact) => {
          if (this.journalFault !== undefined) {
            throw this.journalFault;
          }
          this.facts.push(fact);
        },
        resubscribed: () => undefined,
      },
    });
    this.workspace = this.app.newWorkspace('Evil"><script>alert(1)</script> & Sons');
    const { databases, dataDir } = this.app;
    this.scheduler = new Scheduler({ system: databases.system, clock, owner: "test" });
    const deps = {
      databases,
      clock,
      keyRing: loadKeyRing(dataDir),
      jobs: createJobQueue(databases.system, clock),
      publicUrl: () => "https://mail.example.net",
      inboxPort: 2525,
      renderer: renderHere,
      engine: {
        ...nothingOutside.engine,
        sendOne: (message: TestMessage) => this.#send(message),
      },
    };
    for (const [kind, handler] of [...formJobs(deps), ...preferenceJobs(deps)]) {
      this.scheduler.handle(kind, handler);
    }
    this.db.exec(`
      INSERT INTO sender (name, email, created_at) VALUES ('Shop', 'news@shop.example', 0);
      INSERT INTO route (name, kind, created_at, updated_at) VALUES ('Test inbox', 'test_inbox', 0, 0);
    `);
  }

  get db() {
    return this.app.databases.workspace(this.workspace.id);
  }

  async call(method: string, path: string, body?: unknown) {
    const who = { role: "admin" as const, workspaceId: this.workspace.id };
    const full = `/workspaces/${this.workspace.id}${path}`;
    const response = await this.app.call(who, method, full, body);
    return await answerOf(response);
  }

  async newList(name: string, more: object = {}): Promise<number> {
    const list = { name, isPublic: true, doubleOptIn: false, ...more };
    return (await this.call("POST", "/lists", list)).body.id;
  }

  async newForm(settings: Settings = {}, name = "Footer"): Promise<MadeForm> {
    const { status, body } = await this.call("POST", "/forms", { name, settings });
    if (status !== 200) {
      throw new Error(JSON.stringify(body));
    }
    return { ...body, path: new URL(body.url).pathname };
  }

  /** A form submitted by a stranger from any address, with the required proof of work. */
  async openForm() {
    const { path } = await this.newForm();
    const token = path.slice(path.lastIndexOf("/") + 1);
    const { databases, dataDir } = this.app;
    const clock = () => this.now;
    const jobs = createJobQueue(databases.system, clock);
    const forms = new PublicForms({ databases, keyRing: loadKeyRing(dataDir), clock, jobs });
    const open = forms.find(token);
    if (open === undefined) {
      throw new Error("the form is not open");
    }
    const send = (ip: string, fields: Record<string, string>) =>
      forms.submit(open, token, new URLSearchParams(fields), { ip, userAgent: "" }).kind;
    const freshChallenge = () => ({ _c: forms.challenges.issue(token, clock()) });
    return { send, freshChallenge };
  }

  /** A request from a browser to the instance. */
  async visit(path: string, init: RequestInit = {}): Promise<Response> {
    return await this.app.app.handle(new Request(`https://mail.example.net${path}`, init));
  }

  async post(path: string, fields: Record<string, string> | [string, string][], headers = {}) {
    const body = new URLSearchParams(fields).toString();
    const type = { "content-type": "application/x-www-form-urlencoded" };
    return await this.visit(path, { method: "POST", body, headers: { ...type, ...headers } });
  }

  /** What a browser with scripts adds: an older challenge and its solution. */
  async solved(form: MadeForm): Promise<{ _c: string; _n: string }> {
    const response = await this.visit(`${form.path}/challenge`);
    const { challenge } = (await response.json()) as { challenge: string };
    this.now += 3_000;
    return { _c: challenge, _n: solve(challenge) };
  }

  /** Runs the jobs that are due, including retries after time was moved on. */
  async work(): Promise<void> {
    await this.scheduler.runDue();
  }

  contacts() {
    return this.db
      .prepare<
        [],
        { id: number; address: string; first_name: string; last_name: string; fields: string }
      >("SELECT id, address, first_name, last_name, fields FROM contact ORDER BY id")
      .all();
  }

  memberships(): [address: string, list: number, status: string, source: string][] {
    return this.db
      .prepare(
        `SELECT address, list_id, status, list_contact.source FROM list_contact
           JOIN contact ON contact.id = contact_id ORDER BY address, list_id`,
      )
      .raw()
      .all() as ReturnType<FormFixture["memberships"]>;
  }

  /** The path of the product's link in a message. */
  linkIn(message: TestMessage | undefined): string {
    return (
      /https:\/\/mail\.example\.net(\/[fp]\/[^\s"<]+)/.exec(message?.content.text ?? "")?.[1] ?? ""
    );
  }

  close(): void {
    this.app.close();
  }

  async #send(message: TestMessage) {
    if (this.refusal !== undefined) {
      const reply = { enhanced: "", ...this.refusal };
      return { kind: "refused", stage: "rcpt", reply, host: "mx", durationMs: 1 } as const;
    }
    if (this.fault !== undefined) {
      const why = { fault: this.fault, error: `no: ${this.fault}` };
      return { kind: "broken", stage: "mail", ...why, host: "mx", durationMs: 1 } as const;
    }
    this.sent.push(message);
    const reply = { code: 250, enhanced: "", text: "ok" };
    return { kind: "accepted", reply, host: "mx", durationMs: 1 } as const;
  }
}

/** Finds the number that the proof of work requires. */
export function solve(challenge: string): string {
  for (let nonce = 0; ; nonce++) {
    const hash = createHash("sha256").update(`${challenge}:${nonce}`).digest();
    if (Math.clz32(hash.readUInt32BE(0)) >= 14) {
      return String(nonce);
    }
  }
}
