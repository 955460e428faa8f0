import { gzipSync } from "node:zlib";
import type { MessageRef } from "../delivery/index.ts";
import type { Clock } from "../platform/clock.ts";
import type { Databases } from "../platform/db/databases.ts";
import { readMailHead } from "./mail-head.ts";
import type { IncomingMail } from "./mailbox.ts";
import {
  deleteReceived,
  insertReceived,
  measureReceived,
  type ReceivedKind,
  type ReceivedLimits,
  trimReceived,
} from "./received.store.ts";

/** Used in place of a workspace id for the instance's own mail, which its administrators read. */
export const INSTANCE_INBOX = "0".repeat(26);

/**
 * Limits per workspace, for reports (0) and for mail written by people (1). The oldest messages are deleted first.
 * Separate limits ensure that reports never displace personal mail.
 */
const keep: Record<0 | 1, ReceivedLimits> = {
  0: { messages: 5_000, bytes: 32 * 1024 * 1024 },
  1: { messages: 5_000, bytes: 128 * 1024 * 1024 },
};

const KEPT_BYTES = 1024 * 1024;
const MAX_SAID_CHARS = 500;

/** The classification of a message. */
export type Understood = { kind: ReceivedKind; message?: MessageRef | undefined; said: string };

/** Stores mail from outside for people to read. */
export class ReceivedBox {
  readonly #databases: Databases;
  readonly #clock: Clock;
  readonly #limits: typeof keep;
  readonly #sizes = new Map<string, ReceivedLimits>();
  /** Caches the compressed form, so that a message stored in several inboxes is compressed once. */
  readonly #packed = new WeakMap<Buffer, Uint8Array>();

  constructor(databases: Databases, clock: Clock, limits: typeof keep = keep) {
    this.#databases = databases;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Stores the message durably. @throws Error when the file cannot be written. */
  add(workspaceId: string, mail: IncomingMail, understood: Understood): void {
    const isPersonal = understood.kind === "reply" || understood.kind === "role" ? 1 : 0;
    const key = `${workspaceId}/${isPersonal}`;
    const db = this.#databases.inbox(workspaceId);
    const size = this.#sizes.get(key) ?? measureReceived(db, isPersonal);
    const raw = this.#pack(mail.raw);
    this.#sizes.delete(key);
    const { subject, from } = readMailHead(mail.raw);
    insertReceived(db, {
      receivedAt: this.#clock(),
      kind: understood.kind,
      isPersonal,
      envelopeFrom: mail.envelopeFrom,
      envelopeTo: mail.envelopeTo,
      headerFrom: from,
      subject,
      sizeBytes: mail.raw.length,
      campaignId: understood.message?.campaignId ?? null,
      seq: understood.message?.seq ?? null,
      said: understood.said.slice(0, MAX_SAID_CHARS),
      raw,
    });
    const grown = { messages: size.messages + 1, bytes: size.bytes + raw.length };
    this.#sizes.set(key, trimReceived(db, isPersonal, grown, this.#limits[isPersonal]));
  }

  #pack(raw: Buffer): Uint8Array {
    const packed = this.#packed.get(raw) ?? gzipSync(raw.subarray(0, KEPT_BYTES), { level: 6 });
    this.#packed.set(raw, packed);
    return packed;
  }

  /** Deletes one message; false when it did not exist. */
  remove(workspaceId: string, id: number): boolean {
    this.#sizes.delete(`${workspaceId}/0`);
    this.#sizes.delete(`${workspaceId}/1`);
    return deleteReceived(this.#databases.inbox(workspaceId), id);
  }
}
