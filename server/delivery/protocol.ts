// What the main, delivery and writer threads ask of each other, and the words for it.
import type { DurableMark } from "../platform/journal/segments.ts";
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
  /** Applies what the journal has of a workspace; false when some of it has to wait. */
  catchUp: (request: { workspaceId: string }) => Promise<boolean>;
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

/** One message outside any campaign, to see how it arrives. */
export type TestMessage = {
  workspaceId: string;
  /** With its secrets decrypted. */
  route: Route;
  /** Undefined = the message goes unsigned. */
  dkim: DkimKey | undefined;
  content: CampaignContent;
  contact: ContactFields;
  /** The envelope recipient, normalised. */
  to: string;
  /** Without angle brackets; a new one when left out. */
  messageId?: string;
};

/** The recipient of a message wants no more mail. */
export type TurnedAway = {
  workspaceId: string;
  /** 0 when it was no campaign's. */
  campaignId: number;
  seq: number;
  why: "unsubscribed" | "complaint";
  /** Grows with each that the main thread tells. */
  number: number;
  /** The contact and its address, where the token names them: they hold when the message is deleted. */
  contactId?: number | undefined;
  address?: string | undefined;
};

/** What the delivery thread does for others. */
export type DeliveryMethods = {
  start: (
    options: NodeIdentity & {
      marks: StreamMarks;
      /** Number above which its stream goes on. */
      above: number;
      masterKeyFile: string | undefined;
      signerThreads: number;
      dnsServers: readonly string[] | undefined;
    },
  ) => void;
  /** The campaign's status was changed: one that is `sending` goes on, any other stops. */
  notice: (request: { workspaceId: string; campaignId: number }) => void;
  /** Forgets that the address left, as far as it was said up to a number: the workspace's database knows that by now. */
  resubscribed: (request: { workspaceId: string; address: string; upTo: number }) => void;
  /** Somebody left, or reported a message: the fact is on its way to the workspace's database. */
  turnedAway: (request: TurnedAway) => void;
  /** The route was changed or removed. */
  routeChanged: (request: { workspaceId: string; routeId: number }) => void;
  /** An administrator changed the rules about what servers say. */
  rulesChanged: (request: null) => void;
  sendOne: (message: TestMessage) => Promise<SmtpOutcome>;
  /** What is in hand now, of one workspace or of all. */
  queue: (request: { workspaceId: string | undefined }) => QueueSnapshot;
  /** Ends a suspension now; false when there was none. */
  resumeLimit: (limit: QueueLimit) => boolean;
  /** Leaves a limit alone for a while. */
  suspendLimit: (limit: QueueLimit & { forMs: number; reason: string }) => void;
  forget: (request: { workspaceId: string }) => void;
  /** Has its stream of the journal go on in a new segment. */
  rollJournal: (request: null) => Promise<void>;
  /** Takes back what is before its dot, waits for the rest (at most `withinMs`), closes the journal. */
  stop: (request: { withinMs: number }) => Promise<void>;
};

/** How a campaign is going, as the delivery thread sees it. */
export type RunProgress = {
  workspaceId: string;
  campaignId: number;
  /** Messages finished per second, over the last second or so. */
  perSecond: number;
  /** What holds it back now, as a sentence; empty when nothing does. */
  bottleneck: string;
};

/** What the delivery thread asks of the main thread. */
export type MainMethods = {
  /** The routes of a campaign, secrets decrypted; those that are gone or disabled are left out. */
  loadRoutes: (request: RouteChoice & { workspaceId: string }) => Promise<RouteMember[]>;
  /** The key of the sending domain; undefined when the domain has none here. */
  loadDkimKey: (request: { workspaceId: string; domain: string }) => Promise<DkimKey | undefined>;
  progress: (event: RunProgress) => void;
  health: (event: { writable: boolean; reason: string }) => void;
};
