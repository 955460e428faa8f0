// The requests between the main, delivery and writer threads.
import type { DurableMark } from "../platform/journal/segments.ts";
import type { Bottleneck } from "./bottleneck-codes.ts";
import type { Claim, Held } from "./queue/claim.store.ts";
import type { HeldDecision, RetryCount, RetryFilter } from "./queue/requeue.ts";
import type {
  CampaignContent,
  ContactFields,
  DkimKey,
  QueueLimit,
  QueueSnapshot,
  Route,
  RouteChoice,
  RouteMember,
  SmtpOutcome,
} from "./types.ts";

/** Where this process keeps its journal, and its name in leases and streams. */
export type NodeIdentity = {
  dataDir: string;
  /** Identifies the data folder; stored in local/node-id. */
  node: string;
  /** Identifies this process. */
  boot: string;
};

export type StreamMarks = { delivery: DurableMark; web: DurableMark };

/** Chunks leased for a workspace's campaigns. */
export type Leased = { workspaceId: string; claims: Claim[] };

/** The messages of a campaign that the delivery thread has loaded when it requests more. */
export type InHand = {
  workspaceId: string;
  campaignId: number;
  /** Messages that can proceed; those waiting for a slow provider are not counted. */
  messages: number;
  /** Providers for which enough messages are loaded. */
  full: string[];
};

export type Recovered = {
  /** Messages whose dot was sent but whose reply was not recorded; they are sent again. */
  ambiguous: number;
  /** Chunks released from dead processes. */
  leases: number;
  /** The streams continue with segment numbers above these. */
  above: { delivery: number; web: number };
};

/** What the writer thread does for others. Each method takes one argument, which is sent to another thread. */
export type WriterMethods = {
  start: (identity: NodeIdentity & { marks: StreamMarks }) => Promise<Recovered>;
  /** Leases chunks for campaigns with fewer than `want` messages in hand. */
  lease: (request: { inHand: InHand[]; want: number; only?: string[] }) => Leased[];
  /** Extends leases; returns those that are still valid. */
  renew: (request: { workspaceId: string; held: Held[] }) => Promise<{
    held: Held[];
    leaseUntil: number;
  }>;
  /** Durably marks the workspace as due. */
  expect: (request: { workspaceId: string }) => void;
  /** Does the workspace's pending work and updates when it is next due. */
  look: (request: { workspaceId: string }) => Promise<void>;
  /** Freezes the audience; returns the number of recipients, or undefined when it was cancelled. */
  prepare: (request: { workspaceId: string; campaignId: number }) => Promise<number | undefined>;
  /** Sends bounced, failed or skipped messages again. */
  retry: (request: {
    workspaceId: string;
    campaignId: number;
    filter: RetryFilter;
  }) => Promise<RetryCount>;
  /** Decides held messages; returns how many. */
  decideHeld: (request: {
    workspaceId: string;
    campaignId: number;
    seqs: number[] | undefined;
    decision: HeldDecision;
  }) => Promise<number>;
  /** Pauses a campaign on delivery's own decision; the reason is a sentence. */
  pause: (request: { workspaceId: string; campaignId: number; reason: string }) => Promise<void>;
  /** Holds the campaign's ambiguous messages from now on, and those that wait to be sent again. */
  holdUnknown: (request: { workspaceId: string; campaignId: number }) => Promise<void>;
  /** Applies the journal's facts of a workspace; false when some of them must wait. */
  catchUp: (request: { workspaceId: string }) => Promise<boolean>;
  /** Closes a workspace's file, before it is removed or replaced. */
  forget: (request: { workspaceId: string }) => void;
  /** Removes the journal segments whose facts are all applied. */
  dropJournal: (request: null) => void;
  /** Applies the rest of the journal and closes the databases. */
  stop: (request: null) => Promise<void>;
};

/** Events from the writer thread to the main thread. */
export type WriterEvents = {
  /** Rows of these campaigns changed; `settled` lists those with a new status. */
  applied: (event: {
    workspaceId: string;
    campaigns: number[];
    settled: { campaignId: number; status: string }[];
    /** Campaigns that the breaker has begun to pause. */
    pausing?: number[];
    /** Number of results just applied, by the state they move their message to. */
    outcomes: Record<string, number>;
  }) => void;
  /** Another process has taken over the data folder, so this one must exit. */
  deposed: (event: null) => void;
};

/** A single message outside any campaign, to check how it arrives. */
export type TestMessage = {
  workspaceId: string;
  /** With decrypted secrets. */
  route: Route;
  /** Undefined = send the message unsigned. */
  dkim: DkimKey | undefined;
  content: CampaignContent;
  contact: ContactFields;
  /** The envelope recipient, normalised. */
  to: string;
  /** Without angle brackets; generated when omitted. */
  messageId?: string;
};

/** The recipient of a message no longer wants mail. */
export type OptOut = {
  workspaceId: string;
  /** 0 when it did not come from a campaign. */
  campaignId: number;
  seq: number;
  why: "unsubscribed" | "complaint";
  /** Increases with every message of this kind from the main thread. */
  number: number;
  /** The contact and its address, when the token names them; they remain known when the message is deleted. */
  contactId?: number | undefined;
  address?: string | undefined;
};

/** What the delivery thread does for others. */
export type DeliveryMethods = {
  start: (
    options: NodeIdentity & {
      marks: StreamMarks;
      /** Its stream continues with segment numbers above this. */
      above: number;
      masterKeyFile: string | undefined;
      signerThreads: number;
      dnsServers: readonly string[] | undefined;
    },
  ) => void;
  /** The campaign's status has changed: starts a campaign that is `sending`, stops any other. */
  notice: (request: { workspaceId: string; campaignId: number }) => void;
  /** Forgets the opt-outs of the address up to this number; the workspace's database contains them by now. */
  resubscribed: (request: { workspaceId: string; address: string; upTo: number }) => void;
  /** A recipient unsubscribed or complained; the fact is not yet applied to the workspace's database. */
  optedOut: (request: OptOut) => void;
  /** The route was changed or deleted. */
  routeChanged: (request: { workspaceId: string; routeId: number }) => void;
  /** An administrator changed the rules for server replies. */
  rulesChanged: (request: null) => void;
  sendOne: (message: TestMessage) => Promise<SmtpOutcome>;
  /** A snapshot of the loaded messages, of one workspace or of all. */
  queue: (request: { workspaceId: string | undefined }) => QueueSnapshot;
  /** Ends a suspension now; false when there was none. */
  resumeLimit: (limit: QueueLimit) => boolean;
  /** Suspends a limit for `forMs`. */
  suspendLimit: (limit: QueueLimit & { forMs: number; reason: string }) => void;
  forget: (request: { workspaceId: string }) => void;
  /** Starts a new segment of its journal stream. */
  rollJournal: (request: null) => Promise<void>;
  /**
   * Cancels messages that have not reached their dot, waits for the others (at most `withinMs`), then closes the
   * journal.
   */
  stop: (request: { withinMs: number }) => Promise<void>;
};

/** A campaign's progress as seen by the delivery thread. */
export type RunProgress = {
  workspaceId: string;
  campaignId: number;
  /** Messages finished per second, over about the last second. */
  perSecond: number;
  /** What limits the campaign now; null when nothing does. */
  bottleneck: Bottleneck | null;
};

/** What the delivery thread asks of the main thread. */
export type MainMethods = {
  /** The routes of a campaign with decrypted secrets, without deleted and disabled ones. */
  loadRoutes: (request: RouteChoice & { workspaceId: string }) => Promise<RouteMember[]>;
  /** The DKIM key of the sending domain; undefined when it has none. */
  loadDkimKey: (request: { workspaceId: string; domain: string }) => Promise<DkimKey | undefined>;
  progress: (event: RunProgress) => void;
  health: (event: { writable: boolean; reason: string }) => void;
};
