// A workspace with campaigns in delivery and an ingester that applies facts to it.
import type { Fact, ResultFact } from "../../server/delivery/facts.ts";
import { Ingester, type IngestPorts } from "../../server/delivery/ingest/ingester.ts";
import { claimChunks } from "../../server/delivery/queue/claim.store.ts";
import { createDue, type Due } from "../../server/delivery/queue/due.store.ts";
import { bounceRules, breakerRules } from "../../server/delivery/result/bounce-rules.ts";
import { classifyEngagement } from "../../server/delivery/stats/engagement-class.ts";
import type { Connection } from "../../server/platform/db/driver.ts";
import type { ReadRecord } from "../../server/platform/journal/reader.ts";
import { type DeliveryData, newDeliveryData } from "./delivery-data.ts";

/** The time on every fixture's clock. */
export const NOW = 1_700_000_000_000;
export const CHROME =
  "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36";

/** Facts as they are in a stream, 100 bytes each. */
export function records(facts: Fact[], segment = 1): ReadRecord[] {
  return facts.map((fact, i) => ({
    payload: JSON.stringify(fact),
    end: { segment, offset: (i + 1) * 100 },
  }));
}

/** An ingester on these databases whose clock stands at `NOW`. */
export function newIngester(data: DeliveryData, changes: Partial<IngestPorts> = {}): Ingester {
  const { system, workspace } = data.databases;
  return new Ingester({
    ...{ workspace, kept: data.kept, due: createDue(system, workspace, () => NOW) },
    ...{ classify: classifyEngagement, bounces: bounceRules, breaker: breakerRules },
    ...{ onApplied: () => undefined, clock: () => NOW },
    ...changes,
  });
}

/** Tables that facts can change. */
const changeable = [
  "campaign",
  "message",
  "chunk",
  "attempt",
  "event",
  "engagement",
  "campaign_count",
  "link_count",
  "suppression",
  "ingest_position",
];

export class IngestFixture {
  readonly data: DeliveryData;
  readonly ws: string;
  readonly db: Connection;
  readonly due: Due;

  constructor() {
    this.data = newDeliveryData();
    this.ws = this.data.newWorkspace();
    this.db = this.data.db(this.ws);
    this.due = createDue(this.data.databases.system, this.data.databases.workspace, () => NOW);
  }

  close(): void {
    this.data.close();
  }

  /** A campaign to this many new contacts, with its audience frozen. */
  launch(contacts: number): number {
    this.data.addContacts(this.ws, contacts);
    const id = this.data.addCampaign(this.ws);
    this.data.freeze(this.ws, id, () => NOW);
    return id;
  }

  claimAll(campaignId: number) {
    return claimChunks(this.db, {
      campaignId,
      owner: "n:b",
      now: NOW,
      leaseUntil: NOW + 90_000,
      messages: 1e9,
    });
  }

  newIngester(
    workspace = (id: string) => (id === this.ws ? this.data.databases.workspace(id) : undefined),
  ): Ingester {
    return newIngester(this.data, { workspace, due: this.due });
  }

  result(c: number, s: number, changes: Partial<ResultFact> = {}): ResultFact {
    return {
      k: "result",
      w: this.ws,
      c,
      s,
      ch: 1,
      ep: 1,
      at: NOW,
      st: "sent",
      oc: "accepted",
      cat: "accepted",
      n: 1,
      ...changes,
    };
  }

  release(c: number): Fact {
    return { k: "release", w: this.ws, c, ch: 1, ep: 1, at: NOW };
  }

  campaignStatus(id: number): string | undefined {
    return this.db
      .prepare<[number], { status: string }>("SELECT status FROM campaign WHERE id = ?")
      .get(id)?.status;
  }

  nextDue(): number | undefined {
    return this.data.databases.system
      .prepare<[], { next_at: number }>("SELECT next_at FROM workspace_due")
      .get()?.next_at;
  }

  count(sql: string): number | undefined {
    return this.db.prepare<[], { n: number }>(sql).get()?.n;
  }

  metric(campaignId: number, name: string, bucket = 0): number {
    const row = this.db
      .prepare<[number, string, number], { n: number }>(
        "SELECT n FROM campaign_count WHERE campaign_id = ? AND metric = ? AND bucket = ?",
      )
      .get(campaignId, name, bucket);
    return row?.n ?? 0;
  }

  /** Everything that facts can change, to compare two histories. */
  everything(): unknown {
    return changeable.map((table) => this.db.prepare(`SELECT * FROM ${table}`).all());
  }
}
