import type { InboundFact } from "./desk.ts";
import type { DmarcOutcome } from "./dmarc/dmarc-desk.ts";

/**
 * What the inbound thread does for the main thread. Each method takes one argument, which is sent to another thread.
 */
export type InboundMethods = {
  /** Starts to listen; returns the actual port. */
  start: (request: {
    dataDir: string;
    masterKeyFile: string | undefined;
    port: number;
    host: string;
    /** Host name of PUBLIC_URL or from the setup; empty when there is none. */
    publicHost: string;
  }) => Promise<{ port: number }>;
  /** Empties a test inbox; returns the number of deleted messages. */
  clear: (request: { workspaceId: string }) => number;
  /** Deletes one message; false when it did not exist. */
  remove: (request: { workspaceId: string; box: "test" | "received"; id: number }) => boolean;
  /** Reads and stores a DMARC aggregate report, compressed or not. */
  addDmarcReport: (request: { workspaceId: string; bytes: Uint8Array }) => Promise<DmarcOutcome>;
  /** Stops listening and lets open transactions finish. */
  stop: (request: null) => Promise<void>;
};

/** What the main thread does for the inbound thread. */
export type InboundPorts = {
  /** Resolves when the fact is durable in the journal. */
  recordFact: (fact: InboundFact) => Promise<void>;
};
