import { gzipSync } from "node:zlib";
import type { Clock } from "../platform/clock.ts";
import type { Databases } from "../platform/db/databases.ts";
import {
  clearMessages,
  deleteMessage,
  type InboxSize,
  insertMessages,
  measureInbox,
  type StoredMail,
  trimInbox,
} from "./inbox.store.ts";
import { readMailHead } from "./mail-head.ts";

/** A message as it came over SMTP, dots unstuffed. */
export type IncomingMail = { envelopeFrom: string; envelopeTo: string; raw: Buffer };

/** Where captured mail is kept. */
export type Mailbox = {
  /**
   * Stores a message in the workspace's test inbox, together with what else arrives within 2 ms.
   * Resolves when it is committed (a power cut may still lose it: it is test mail). Rejects when the
   * file cannot be written; then nothing of the group is stored.
   */
  deliver(workspaceId: string, mail: IncomingMail): Promise<void>;
  /** Empties the workspace's test inbox; returns how many messages went. */
  clear(workspaceId: string): number;
  /** Removes one message; false when it was not there. */
  remove(workspaceId: string, id: number): boolean;
};

/** What one test inbox may hold; the oldest messages make room. */
export const inboxLimits: InboxSize = { messages: 20_000, bytes: 256 * 1024 * 1024 };

const GROUP_MS = 2;
const GZIP_LEVEL = 1;

type Waiting = { mail: StoredMail; resolve: () => void; reject: (error: unknown) => void };

/** Opens the mailboxes of a data folder. */
export function openMailbox(
  databases: Databases,
  clock: Clock,
  limits: InboxSize = inboxLimits,
): Mailbox {
  const waiting = new Map<string, Waiting[]>();
  const sizes = new Map<string, InboxSize>();

  const flush = (workspaceId: string): void => {
    const group = waiting.get(workspaceId) ?? [];
    waiting.delete(workspaceId);
    try {
      const db = databases.inbox(workspaceId);
      const size = sizes.get(workspaceId) ?? measureInbox(db);
      insertMessages(
        db,
        group.map((one) => one.mail),
      );
      const grown = {
        messages: size.messages + group.length,
        bytes: group.reduce((sum, one) => sum + one.mail.raw.length, size.bytes),
      };
      sizes.set(workspaceId, trimInbox(db, grown, limits));
      for (const one of group) {
        one.resolve();
      }
    } catch (error) {
      sizes.delete(workspaceId);
      for (const one of group) {
        one.reject(error);
      }
    }
  };

  return {
    deliver(workspaceId, mail) {
      const { messageId, subject } = readMailHead(mail.raw);
      const stored: StoredMail = {
        receivedAt: clock(),
        envelopeFrom: mail.envelopeFrom,
        envelopeTo: mail.envelopeTo,
        messageId,
        subject,
        sizeBytes: mail.raw.length,
        raw: gzipSync(mail.raw, { level: GZIP_LEVEL }),
      };
      return new Promise((resolve, reject) => {
        const group = waiting.get(workspaceId);
        if (group === undefined) {
          waiting.set(workspaceId, [{ mail: stored, resolve, reject }]);
          setTimeout(flush, GROUP_MS, workspaceId);
        } else {
          group.push({ mail: stored, resolve, reject });
        }
      });
    },
    clear(workspaceId) {
      sizes.delete(workspaceId);
      return clearMessages(databases.inbox(workspaceId));
    },
    remove(workspaceId, id) {
      sizes.delete(workspaceId);
      return deleteMessage(databases.inbox(workspaceId), id);
    },
  };
}
