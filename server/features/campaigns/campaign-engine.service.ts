import type {
  CampaignContent,
  ContactFields,
  DkimKey,
  Route,
  SmtpOutcome,
  Waterfall,
} from "../../delivery/index.ts";
import type { Audience } from "./campaigns.rules.ts";

/** One message outside of any campaign's rows, for a test send. */
export type SingleMessage = {
  workspaceId: string;
  route: Route;
  dkim: DkimKey | undefined;
  content: CampaignContent;
  to: string;
  contact: ContactFields;
};

/** What campaigns ask of delivery; the wiring fills it. */
export type CampaignEngine = {
  /** Counts off this thread, by the code that freezes the audience. */
  waterfall(workspaceId: string, audience: Audience): Promise<Waterfall>;
  /**
   * Called before a change of status is committed: resolves when it is durable that delivery looks at the
   * workspace within seconds, so that a crash between the commit and `notice` is made up for.
   */
  expect(workspaceId: string): Promise<void>;
  /**
   * The campaign's status was changed: delivery acts on it at once. It freezes the audience of one that is
   * `preparing`, and ends one that is `pausing` or `cancelling` when nothing is in flight.
   */
  notice(workspaceId: string, campaignId: number): void;
  /** Sends one message now and resolves with the server's answer. */
  sendOne(message: SingleMessage): Promise<SmtpOutcome>;
};
