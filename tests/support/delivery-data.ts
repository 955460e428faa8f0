import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freezeAudience } from "../../server/delivery/audience/freeze.ts";
import { KeptFacts } from "../../server/delivery/ingest/kept-facts.ts";
import { createDue } from "../../server/delivery/queue/due.store.ts";
import type { CampaignContent } from "../../server/delivery/types.ts";
import { type Databases, openDatabases } from "../../server/platform/db/databases.ts";
import type { Connection } from "../../server/platform/db/driver.ts";
import { campaignContent } from "./campaign-content.ts";
import { addWorkspace } from "./workspace-row.ts";

export type NewCampaign = {
  audience?: { everyone?: boolean; includeLists: number[]; excludeLists: number[] };
  status?: string;
  content?: Partial<CampaignContent>;
  port?: number;
  maxConnections?: number;
};

/** A data folder with real databases, and rows like those the slices write. */
export type DeliveryData = {
  dataDir: string;
  databases: Databases;
  /** Facts of workspaces that are set aside. */
  kept: KeptFacts;
  newWorkspace(): string;
  db(workspaceId: string): Connection;
  /** Adds contacts `<prefix><n>@<domain>`, with n from 1 and the domains in turn. */
  addContacts(workspaceId: string, n: number, domains?: string[], prefix?: string): void;
  /** Adds a list with these contacts subscribed. */
  addList(workspaceId: string, contactIds: number[]): number;
  /** Adds a launched campaign to everyone with a relay route to `port`; its status is `preparing` unless given. */
  addCampaign(workspaceId: string, campaign?: NewCampaign): number;
  /** Freezes a campaign's audience, as its launch does, and updates the workspace's due time. */
  freeze(workspaceId: string, campaignId: number, clock?: () => number): void;
  close(): void;
};

export function newDeliveryData(dataDir = mkdtempSync(join(tmpdir(), "delivery-"))): DeliveryData {
  const databases = openDatabases(dataDir);
  let lists = 0;
  const db = (workspaceId: string) => databases.workspace(workspaceId);
  return {
    dataDir,
    databases,
    kept: new KeptFacts(join(dataDir, "local", "kept")),
    db,
    newWorkspace() {
      const id = addWorkspace(databases);
      // Most tests have far more refusals than a campaign may have; those about the breaker set their own limits.
      databases
        .workspace(id)
        .prepare(
          "INSERT INTO delivery_setting VALUES ('hardBouncePercent', 0), ('blockPercent', 0), ('complaintPercent', 0)",
        )
        .run();
      return id;
    },
    addContacts(workspaceId, n, domains = ["reader.example"], prefix = "r") {
      const insert = db(workspaceId).prepare(
        `INSERT INTO contact (email, address, domain, first_name, created_at, updated_at)
         VALUES (@address, @address, @domain, @name, 0, 0)`,
      );
      db(workspaceId).transaction(() => {
        for (let i = 1; i <= n; i++) {
          const domain = domains[i % domains.length];
          insert.run({ address: `${prefix}${i}@${domain}`, domain, name: `Name ${i}` });
        }
      })();
    },
    addList(workspaceId, contactIds) {
      lists += 1;
      const list = db(workspaceId)
        .prepare("INSERT INTO list (name, name_key, created_at, updated_at) VALUES (?, ?, 0, 0)")
        .run(`List ${lists}`, `list ${lists}`);
      const insert = db(workspaceId).prepare(
        "INSERT INTO list_contact (list_id, contact_id, status, changed_at) VALUES (?, ?, 'subscribed', 0)",
      );
      for (const contactId of contactIds) {
        insert.run(list.lastInsertRowid, contactId);
      }
      return Number(list.lastInsertRowid);
    },
    addCampaign(workspaceId, campaign = {}) {
      const route = db(workspaceId)
        .prepare(
          `INSERT INTO route (name, kind, host, port, security, max_connections, sign_dkim, created_at, updated_at)
           VALUES ('Relay', 'relay', '127.0.0.1', ?, 'none', ?, 0, 0, 0)`,
        )
        .run(campaign.port ?? 9, campaign.maxConnections ?? 5);
      const audience = campaign.audience ?? { everyone: true, includeLists: [], excludeLists: [] };
      const added = db(workspaceId)
        .prepare(
          `INSERT INTO campaign (name, status, route_id, audience, created_by, created_at, updated_at, launched_at)
           VALUES ('News', ?, ?, ?, 'test', 0, 0, 0)`,
        )
        .run(campaign.status ?? "preparing", route.lastInsertRowid, JSON.stringify(audience));
      const id = Number(added.lastInsertRowid);
      const number = databases.system
        .prepare<[string], { number: number }>("SELECT number FROM workspace WHERE id = ?")
        .get(workspaceId)?.number;
      const content = campaignContent({
        workspace: {
          id: workspaceId,
          number: number ?? 0,
          name: "Acme",
          postalAddress: "1 Main St",
        },
        ...campaign.content,
      });
      db(workspaceId)
        .prepare("INSERT INTO campaign_content (campaign_id, content) VALUES (?, ?)")
        .run(id, JSON.stringify(content));
      const link = db(workspaceId).prepare("INSERT INTO campaign_link VALUES (?, ?, ?)");
      for (const [i, url] of content.links.entries()) {
        link.run(id, i + 1, url);
      }
      return id;
    },
    freeze(workspaceId, campaignId, clock = Date.now) {
      finish(freezeAudience(() => db(workspaceId), campaignId, clock));
      createDue(databases.system, databases.workspace, clock).refresh(workspaceId);
    },
    close() {
      databases.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Runs a generator to its end and returns its result. */
export function finish<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      return step.value;
    }
  }
}
