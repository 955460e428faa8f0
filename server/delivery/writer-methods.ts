import type { DurableMark } from "../platform/journal/segments.ts";
import type { Claim, Held } from "./queue/claim.store.ts";
import type { HeldDecision, RetryCount, RetryFilter } from "./requeue.ts";

/** Where this process keeps its journal, and its name in leases and stream names. */
export type NodeIdentity = {
  dataDir: string;
  /** Of this data folder, kept in local/node-id. */
  node: string;
  /** Of this process. */
  boot: string;
};

export type StreamMarks = { delivery: DurableMark; web: DurableMark };

/** The chunks a workspace's campaigns got. */
export type Leased = { workspaceId: string; claims: Claim[] };

/** What the delivery thread has of a campaign, when it asks for more. */
export type InHand = {
  workspaceId: string;
  campaignId: number;
  /** Those that can go on; what waits for a slow provider is left out. */
  messages: number;
  /** Providers of which enough is in hand. */
  full: string[];
};

export type Recovered = {
  /** Messages whose dot was written and whose answer nobody read; they go out again. */
  ambiguous: number;
  /** Chunks taken back from dead processes. */
  leases: number;
  /** Numbers above which the streams go on. */
  above: { delivery: number; web: number };
};

/** What the writer thread does for others. One argument each, because it crosses a thread boundary. */
export type WriterMethods = {
  start: (identity: NodeIdentity & { marks: StreamMarks }) => Promise<Recovered>;
  /** Leases chunks for campaigns that have less than `want` messages in hand. */
  lease: (request: { inHand: InHand[]; want: number; only?: string[] }) => Leased[];
  /** Extends leases; answers with those that still hold. */
  renew: (request: { workspaceId: string; held: Held[] }) => Promise<{
    held: Held[];
    leaseUntil: number;
  }>;
  /** Makes it durable that the workspace is due. */
  expect: (request: { workspaceId: string }) => void;
  /** Does what the workspace's campaigns wait for now, and corrects when it is due. */
  look: (request: { workspaceId: string }) => Promise<void>;
  /** Freezes the audience; answers with the number of recipients, or undefined when it was cancelled. */
  prepare: (request: { workspaceId: string; campaignId: number }) => Promise<number | undefined>;
  /** Owes messages again that ended badly. */
  retry: (request: {
    workspaceId: string;
    campaignId: number;
    filter: RetryFilter;
  }) => Promise<RetryCount>;
  /** Ends the wait of held messages; answers with how many. */
  decideHeld: (request: {
    workspaceId: string;
    campaignId: number;
    seqs: number[] | undefined;
    decision: HeldDecision;
  }) => Promise<number>;
  /** Begins a pause that delivery decided on, with the reason as a sentence. */
  pause: (request: { workspaceId: string; campaignId: number; reason: string }) => Promise<void>;
  /** Lets go of a workspace's file, before it is removed or replaced. */
  forget: (request: { workspaceId: string }) => void;
  /** Removes the segments of the journal in which everything is applied. */
  dropJournal: (request: null) => void;
  /** Applies what is in the journal and closes the databases. */
  stop: (request: null) => Promise<void>;
};

/** What the writer tells the main thread. */
export type WriterEvents = {
  /** Rows of these campaigns changed; `settled` names the new status of those that have one. */
  applied: (event: {
    workspaceId: string;
    campaigns: number[];
    settled: { campaignId: number; status: string }[];
    /** Those that begin to pause themselves. */
    pausing?: number[];
    /** Results applied now, by the state they move their message to. */
    outcomes: Record<string, number>;
  }) => void;
  /** Another process has taken the data folder: this one must end. */
  deposed: (event: null) => void;
};
