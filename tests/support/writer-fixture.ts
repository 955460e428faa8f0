// A workspace with a campaign, and writers that start on its folder one after the other, like processes.
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Fact } from "../../server/delivery/facts.ts";
import { claimChunks } from "../../server/delivery/queue/claim.store.ts";
import { streamDir } from "../../server/delivery/threads/journal-streams.ts";
import { Writer } from "../../server/delivery/threads/writer.ts";
import { unreadDamage } from "../../server/platform/db/damage.store.ts";
import { FileFault } from "../../server/platform/db/file-fault.ts";
import { workspacePath } from "../../server/platform/db/workspace-files.ts";
import { newDurableMark } from "../../server/platform/journal/segments.ts";
import { type JournalOptions, openJournal } from "../../server/platform/journal/writer.ts";
import { spokenReason } from "../../server/reasons/because.ts";
import { type DeliveryData, newDeliveryData } from "./delivery-data.ts";
import { exactCounts } from "./delivery-engine.ts";
import { restoreCopy } from "./older-copy.ts";

export class WriterFixture {
  readonly data: DeliveryData = newDeliveryData();
  readonly ws: string = this.data.newWorkspace();
  /** The folder of delivery's stream. */
  readonly dir = streamDir(this.data.dataDir, "delivery");
  readonly marks = { delivery: newDurableMark(), web: newDurableMark() };
  /** Boot names of the writers that noticed their replacement. */
  readonly deposed: string[] = [];
  /** By how much the clock of the writers is ahead. */
  aheadMs = 0;
  readonly #people: number;
  #writer: Writer | undefined;

  constructor(people: number) {
    this.#people = people;
    this.data.addContacts(this.ws, people);
  }

  /** Adds a campaign to everyone and freezes its audience. */
  launch(): number {
    const id = this.data.addCampaign(this.ws);
    this.data.freeze(this.ws, id);
    return id;
  }

  /** A writer of a new process. */
  newWriter(boot: string): Writer {
    this.#writer = new Writer(
      { dataDir: this.data.dataDir, node: "n", boot },
      this.marks,
      { applied: () => undefined, deposed: () => this.deposed.push(boot) },
      () => Date.now() + this.aheadMs,
    );
    return this.#writer;
  }

  /** A writer of a new process, after the previous one has ended. */
  async nextWriter(boot: string): Promise<Writer> {
    await this.stopWriter();
    return this.newWriter(boot);
  }

  async stopWriter(): Promise<void> {
    await this.#writer?.stop();
    this.#writer = undefined;
  }

  openJournal(options: Omit<JournalOptions, "dir" | "durable"> = {}) {
    return openJournal({ dir: this.dir, durable: this.marks.delivery, ...options });
  }

  /** Leases the rest of a campaign to a process that never releases it. */
  leaseAll(campaignId: number, owner: string, leaseUntil = Date.now()) {
    const now = Date.now();
    const lease = { campaignId, owner, now, leaseUntil, messages: 1_000 };
    return claimChunks(this.data.db(this.ws), lease);
  }

  dot(c: number, s: number): Fact {
    return { k: "dot", w: this.ws, c, s, at: Date.now() };
  }

  sent(c: number, s: number): Fact {
    return {
      ...{ k: "result", w: this.ws, c, s, ch: 1, ep: 1, at: Date.now() },
      ...{ st: "sent", oc: "accepted", cat: "accepted", n: 1 },
    };
  }

  counts(campaignId: number) {
    return exactCounts(this.data, this.ws, campaignId, this.#people);
  }

  /** Status of a campaign, and why it has that status. */
  campaign(id: number): { status: string; reason: string } | undefined {
    const row = this.data
      .db(this.ws)
      .prepare<[number], { status: string; reason: string }>(
        "SELECT status, status_reason AS reason FROM campaign WHERE id = ?",
      )
      .get(id);
    return row && { ...row, reason: spokenReason(row.reason).reason };
  }

  setStatus(id: number, status: string): void {
    this.data.db(this.ws).prepare("UPDATE campaign SET status = ? WHERE id = ?").run(status, id);
  }

  /** Kinds of unread damage notices. */
  notices(): string[] {
    return unreadDamage(this.data.databases.system).map(({ kind }) => kind);
  }

  copyFile(): void {
    rmSync(this.#copy(), { force: true });
    this.data.db(this.ws).prepare("VACUUM INTO ?").run(this.#copy());
  }

  /** Replaces the workspace's file with the copy. */
  restoreCopy(): void {
    this.data.databases.closeWorkspace(this.ws);
    restoreCopy(workspacePath(this.data.dataDir, this.ws), this.#copy());
  }

  setAside(): void {
    const { databases } = this.data;
    databases.setAside(this.ws, new FileFault("damaged", "as found"));
    if (!databases.setAsideIds().includes(this.ws)) {
      throw new Error("the workspace is not set aside");
    }
  }

  bringBack(): void {
    this.data.databases.bringBack(this.ws, Date.now() + 1);
  }

  async close(): Promise<void> {
    await this.stopWriter();
    this.data.close();
  }

  #copy(): string {
    return join(this.data.dataDir, "copy.db");
  }
}
