// Measures how the server performs for the users of one client: pages, a write, password resets, a small campaign.

import { changeSystemMail } from "../../server/features/setup/system-mail.service.ts";
import { createPerson } from "../../server/features/users/users.service.ts";
import { openDatabases } from "../../server/platform/db/databases.ts";
import { loadKeyRing } from "../../server/platform/secrets.ts";
import { addTenant, type Tenant } from "./second-tenant.ts";
import { startTcpSink, type TcpSink } from "./tcp-sink.ts";
import type { WholeServer } from "./whole-server.ts";

const PEOPLE = 20;
const PAGES = ["/contacts?limit=50", "/dashboard", "/campaigns", "/contacts/count?status=mailable"];

/** All in milliseconds. */
export type Noticed = {
  pages: number[];
  writes: number[];
  resets: number[];
  campaign: number;
  export: number;
};

/**
 * A client with twenty contacts, a mail server that accepts everything, and a mail server for the instance's own mail.
 */
export class Neighbour {
  readonly tenant: Tenant;
  readonly #whole: WholeServer;
  readonly #relay: TcpSink;
  readonly #systemRelay: TcpSink;
  readonly #way: { senderId: number; routeId: number };
  #asked = 0;
  #campaigns = 0;

  private constructor(
    whole: WholeServer,
    tenant: Tenant,
    sinks: { relay: TcpSink; systemRelay: TcpSink },
    way: { senderId: number; routeId: number },
  ) {
    this.#whole = whole;
    this.tenant = tenant;
    this.#relay = sinks.relay;
    this.#systemRelay = sinks.systemRelay;
    this.#way = way;
  }

  /** @param resets The total number of password resets that will be requested. */
  static async moveIn(whole: WholeServer, resets: number): Promise<Neighbour> {
    const [relay, systemRelay] = [startTcpSink(), startTcpSink()];
    const tenant = await addTenant(whole, "Neighbour");
    await forgetful(whole.dataDir, resets, systemRelay.port);
    const way = await wayOut(tenant, relay.port);
    for (let i = 0; i < PEOPLE; i++) {
      await posted(tenant, "/contacts", { email: `friend${i}@example.org` });
    }
    return new Neighbour(whole, tenant, { relay, systemRelay }, way);
  }

  /** Does everything once and requests pages all the time. Ends when everything is done and `atLeastMs` have passed. */
  async notice(resets: number, atLeastMs: number): Promise<Noticed> {
    let isOver = false;
    const pages: number[] = [];
    const writes: number[] = [];
    const browsing = this.#browse(pages, writes, () => isOver);
    const timed = async (work: () => Promise<unknown>) => {
      const before = performance.now();
      await work();
      return performance.now() - before;
    };
    const [campaign, exported, ...reset] = await Promise.all([
      timed(() => this.#send()),
      timed(() => this.#export()),
      ...Array.from({ length: resets }, () => timed(() => this.#reset())),
      Bun.sleep(atLeastMs),
    ]).finally(() => {
      isOver = true;
    });
    await browsing;
    return {
      pages,
      writes,
      resets: reset.slice(0, resets) as number[],
      campaign,
      export: exported,
    };
  }

  close(): void {
    this.#relay.close();
    this.#systemRelay.close();
  }

  async #browse(pages: number[], writes: number[], isOver: () => boolean): Promise<void> {
    for (let i = 0; !isOver(); i++) {
      const before = performance.now();
      if (i % 8 === 7) {
        await posted(this.tenant, "/tags", { name: `Tag ${this.#campaigns} ${i}` });
        writes.push(performance.now() - before);
      } else {
        const response = await this.tenant.raw("GET", PAGES[i % PAGES.length] ?? "");
        await response.text();
        if (response.status !== 200) {
          throw new Error(`a page of the neighbour answered ${response.status}`);
        }
        pages.push(performance.now() - before);
      }
      await Bun.sleep(20);
    }
  }

  async #reset(): Promise<void> {
    const email = `forgetful${this.#asked}@example.net`;
    this.#asked += 1;
    const response = await fetch(`${this.#whole.server.url}/api/v1/auth/forgot`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email }),
    });
    if (response.status !== 200) {
      throw new Error(`asking for a new password answered ${response.status}`);
    }
    await until(
      () => this.#systemRelay.arrived.some(({ address }) => address === email),
      "a reset",
    );
  }

  async #send(): Promise<void> {
    const before = this.#relay.arrived.length;
    this.#campaigns += 1;
    await sendToAll(this.tenant, this.#way, `Letter ${this.#campaigns}`);
    await until(() => this.#relay.arrived.length >= before + PEOPLE, "the neighbour's campaign");
  }

  async #export(): Promise<void> {
    const { id } = await posted<{ id: number }>(this.tenant, "/exports", { kind: "contacts" });
    await until(async () => {
      const response = await this.tenant.raw("GET", `/exports/${id}`);
      return ((await response.json()) as { state: string }).state === "done";
    }, "the neighbour's export");
  }
}

/** Creates a sender and a relay on this machine. */
export async function wayOut(tenant: Tenant, port: number, change: Record<string, unknown> = {}) {
  const route = await posted<{ id: number }>(tenant, "/routes", {
    kind: "relay",
    name: `Relay ${port}`,
    host: "127.0.0.1",
    port,
    security: "none",
    ...change,
  });
  const sender = await posted<{ id: number }>(tenant, "/senders", {
    name: "Acme",
    email: `news${port}@acme.test`,
  });
  return { senderId: sender.id, routeId: route.id };
}

/** Launches a campaign to all contacts. */
export async function sendToAll(
  tenant: Tenant,
  way: { senderId: number; routeId: number },
  name: string,
  body = "<p>Hello</p>",
): Promise<number> {
  const { id } = await posted<{ id: number }>(tenant, "/campaigns", {
    name,
    subject: name,
    ...way,
    bodySource: `${body}<a href="{{ unsubscribe_url }}">Stop</a>`,
    audience: { everyone: true, includeLists: [], excludeLists: [] },
  });
  await posted(tenant, `/campaigns/${id}/launch`);
  return id;
}

const MAX_TRIES = 5;

/**
 * Sends a request again if the response says that the workspace is busy, after the time given in it. A large change of
 * the same workspace may hold its lock for longer than a request may wait.
 */
export async function whenFree(send: () => Promise<Response>): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const response = await send();
    const after = response.headers.get("retry-after");
    if (response.status !== 503 || after === null || tries === MAX_TRIES) {
      return response;
    }
    await Bun.sleep(Number(after) * 1_000);
  }
}

/** @throws Error with the server's message when the request is refused. */
export async function posted<T = unknown>(
  tenant: Tenant,
  path: string,
  body?: unknown,
): Promise<T> {
  const response = await whenFree(() => tenant.raw("POST", path, body));
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`POST ${path}: ${response.status} ${text.slice(0, 400)}`);
  }
  return JSON.parse(text) as T;
}

async function forgetful(dataDir: string, people: number, systemPort: number): Promise<void> {
  const databases = openDatabases(dataDir);
  const now = Date.now();
  changeSystemMail(
    databases.system,
    loadKeyRing(dataDir),
    {
      kind: "relay",
      host: "127.0.0.1",
      port: systemPort,
      security: "none",
      fromName: "SwiftMail",
      fromEmail: "system@example.net",
    },
    now,
  );
  for (let i = 0; i < people; i++) {
    await createPerson(
      databases.system,
      {
        email: `forgetful${i}@example.net`,
        name: "Forgetful",
        password: "correct horse battery",
        isAdmin: false,
      },
      now,
    );
  }
  databases.close();
}

/** @throws Error naming `what` after two minutes. */
async function until(isDone: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + 120_000;
  while (!(await isDone())) {
    if (performance.now() > end) {
      throw new Error(`waited two minutes for ${what}`);
    }
    await Bun.sleep(20);
  }
}
