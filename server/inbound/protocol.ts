import type { InboundFact } from "./desk.ts";
import type { DmarcOutcome } from "./dmarc/dmarc-desk.ts";

/** What the inbound thread does for the main thread. One argument each, because it crosses a thread boundary. */
export type InboundMethods = {
  /** Listens; answers with the port it got. */
  start: (request: {
    dataDir: string;
    masterKeyFile: string | undefined;
    port: number;
    host: string;
    /** Host name of PUBLIC_URL or of the setup; empty when it has none. */
    publicHost: string;
  }) => Promise<{ port: number }>;
  /** Empties a test inbox; answers with how many messages went. */
  clear: (request: { workspaceId: string }) => number;
  /** Removes one message; false when it was not there. */
  remove: (request: { workspaceId: string; box: "test" | "received"; id: number }) => boolean;
  /** Reads and keeps a DMARC aggregate report, packed or not. */
  addDmarcReport: (request: { workspaceId: string; bytes: Uint8Array }) => Promise<DmarcOutcome>;
  /** Stops listening, lets open transactions end. */
  stop: (request: null) => Promise<void>;
};

/** What the main thread does for the inbound thread. */
export type InboundPorts = {
  /** Resolves when the fact is in the journal, durable. */
  recordFact: (fact: InboundFact) => Promise<void>;
};
