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
import type { NodeIdentity, StreamMarks } from "./writer-methods.ts";

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
  /** The person wants mail again, and the workspace's database says so. */
  resubscribed: (request: { workspaceId: string; address: string }) => void;
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
