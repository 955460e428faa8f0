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

/** A message as received by SMTP, with dot-stuffing removed. */
export type IncomingMail = { envelopeFrom: string; envelopeTo: string; raw: Buffer };

/** Stores messages in test inboxes. */
export type Mailbox = {
  /**
   * Stores a message in the workspace's test inbox, in one transaction with others that arrive within 2 ms. Resolves
   * when it is committed (a power cut may still lose it, which is acceptable for test mail). Rejects when the file
   * cannot be written; then none of the group is stored.
   */
  deliver(workspaceId: string, mail: IncomingMail): Promise<void>;
  /** Empties the workspace's test inbox; returns the number of deleted messages. */
  clear(workspaceId: string): number;
  /** Deletes one message; false when it did not exist. */
  remove(workspaceId: string, id: number): boolean;
};

/** Maximum size of a test inbox; the oldest messages are deleted first. */
export const inboxLimits: InboxSize = { messages: 20_000, bytes: 256 * 1024 * 1024 };

const GROUP_MS = 2;
const GZIP_LEVEL = 1;

type Waiting = { mail: StoredMail; resolve: () => void; reject: (error: unknown) => void };

/** Opens the test inboxes of a data folder. */
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
