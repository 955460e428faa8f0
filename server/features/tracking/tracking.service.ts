import {
  type EngagementFact,
  loadTokenKeys,
  type Renderer,
  readTrackingToken,
  type TokenKeys,
  type TokenSubjects,
  trackingToken,
  type UnsubscribeFact,
  type UrlPurpose,
} from "../../delivery/index.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Databases } from "../../platform/db/databases.ts";
import { AppError } from "../../platform/errors.ts";
import type { KeyRing } from "../../platform/secrets.ts";
import type { MissedEngagement, TrackingPort } from "../ports.ts";
import { WorkspaceDirectory } from "./directory.service.ts";
import { SentMail } from "./sent-mail.service.ts";
import { findContact, findRecipient } from "./tracking.store.ts";

/** Who asks, as far as a fact keeps it. */
export type Visitor = { ip: string; agent: string; hint: EngagementFact["hint"] };

/** Tokens that may take somebody off. */
export type UnsubscribePurpose = "unsubscribe" | "preferences";

type Workspace = { id: string; name: string };
type Recipient<P extends UrlPurpose> = { subject: TokenSubjects[P]; workspace: Workspace };

/** The person behind a token that may take somebody off. */
export type Whom = {
  workspaceId: string;
  workspaceName: string;
  /** Undefined when the person was erased: then nobody knows it, and nothing is sent to it. */
  address: string | undefined;
  /** As the contact has it; "" when there is none. */
  language: string;
  preferencesToken: string;
};

type TrackingDeps = {
  databases: Databases;
  keyRing: KeyRing;
  clock: Clock;
  port: TrackingPort;
  renderer: Pick<Renderer, "webView">;
  missed: MissedEngagement;
};

/**
 * Answers recipients' requests. A token and memory are enough for opens and clicks once a campaign's
 * links have been read; nothing here writes to a database: what happened is a fact in the journal, and
 * each method resolves when that fact is durable. While the journal cannot be written people still reach what
 * they opened, and that is counted as missed; what they ask of us is refused, because it may not be forgotten.
 */
export class Tracking {
  readonly #deps: TrackingDeps;
  readonly #keys: TokenKeys;
  readonly #workspaces: WorkspaceDirectory;
  readonly #mail: SentMail;

  constructor(deps: TrackingDeps) {
    this.#deps = deps;
    this.#keys = loadTokenKeys(deps.keyRing);
    this.#workspaces = new WorkspaceDirectory(deps.databases.system);
    this.#mail = new SentMail(deps.databases, deps.renderer);
  }

  /** Keeps an open. False when the token is not ours. */
  async opened(token: string, visitor: Visitor): Promise<boolean> {
    const recipient = this.#recipient("open", token);
    if (recipient === undefined) {
      return false;
    }
    await this.#engage("open", recipient, visitor);
    return true;
  }

  /**
   * Keeps a click and says where it leads: always a link of that campaign, never anything out of the
   * request. Undefined when the token is not ours or the campaign is gone.
   */
  async clicked(token: string, visitor: Visitor): Promise<string | undefined> {
    const recipient = this.#recipient("click", token);
    const target =
      recipient &&
      this.#mail.linkTarget(campaignOf(recipient), recipient.subject.seq, recipient.subject.link);
    if (recipient === undefined || target === undefined || !/^https?:\/\//i.test(target)) {
      return undefined;
    }
    await this.#engage("click", recipient, visitor, recipient.subject.link);
    return target;
  }

  /**
   * The message as it was sent to this recipient, and the view kept. Undefined when it is gone.
   *
   * @throws AppError `unavailable` when too many of the workspace's messages are looked at, or it cannot be kept.
   */
  async viewed(token: string, visitor: Visitor): Promise<string | undefined> {
    const recipient = this.#recipient("view", token);
    if (recipient === undefined) {
      return undefined;
    }
    const { subject } = recipient;
    const html = await this.#mail.webView(campaignOf(recipient), subject.seq);
    if (html !== undefined && subject.seq > 0) {
      await this.#engage("view", recipient, visitor);
    }
    return html;
  }

  /** Whom a page is about; changes nothing. Undefined when neither contact nor message is left. */
  personOf(purpose: UnsubscribePurpose, token: string): Whom | undefined {
    const recipient = this.#recipient(purpose, token);
    return recipient && this.#whom(recipient);
  }

  /**
   * Takes the recipient off everything this workspace mails: from this moment for delivery, and in the
   * database when the fact is applied. Repeating it changes nothing.
   *
   * @throws AppError `unavailable` when it could not be kept; nothing is then said to be done.
   */
  async unsubscribe(
    purpose: UnsubscribePurpose,
    token: string,
    via: UnsubscribeFact["via"],
    visitor: Visitor,
  ): Promise<Whom | undefined> {
    const recipient = this.#recipient(purpose, token);
    const whom = recipient && this.#whom(recipient);
    if (recipient === undefined || whom?.address === undefined) {
      return whom;
    }
    const { subject, workspace } = recipient;
    await this.#deps.port.recordFact({
      k: "unsubscribe",
      w: workspace.id,
      c: subject.campaignId,
      s: subject.seq,
      at: this.#deps.clock(),
      via,
      ip: visitor.ip,
      ua: visitor.agent,
      ...(subject.contactId === undefined ? {} : { ct: subject.contactId, a: whom.address }),
    });
    return whom;
  }

  #recipient<P extends UrlPurpose>(purpose: P, token: string): Recipient<P> | undefined {
    const subject = readTrackingToken(this.#keys, purpose, token);
    const workspace = subject && this.#workspaces.find(subject.workspaceNumber);
    return subject === undefined || workspace === undefined ? undefined : { subject, workspace };
  }

  /** The contact's address as it is now; that of the message where the contact is gone. */
  #whom({ subject, workspace }: Recipient<UnsubscribePurpose>): Whom | undefined {
    const db = this.#deps.databases.workspace(workspace.id);
    const { contactId } = subject;
    const contact = contactId === undefined ? undefined : findContact(db, contactId);
    const message = findRecipient(db, subject.campaignId, subject.seq);
    const address = contact?.address ?? message?.address;
    return address === undefined
      ? undefined
      : {
          workspaceId: workspace.id,
          workspaceName: workspace.name,
          // An erased person's messages have a pseudonym, which holds no @.
          address: address.includes("@") ? address : undefined,
          language: contact?.language ?? message?.language ?? "",
          preferencesToken: trackingToken(this.#keys, "preferences", subject),
        };
  }

  async #engage(
    kind: EngagementFact["k"],
    { subject, workspace }: Recipient<EngagementFact["k"]>,
    visitor: Visitor,
    link?: number,
  ): Promise<void> {
    try {
      await this.#deps.port.recordFact({
        k: kind,
        w: workspace.id,
        c: subject.campaignId,
        s: subject.seq,
        at: this.#deps.clock(),
        ip: visitor.ip,
        ua: visitor.agent,
        ...(link === undefined ? {} : { link }),
        ...(visitor.hint === undefined ? {} : { hint: visitor.hint }),
      });
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "unavailable") {
        throw error;
      }
      this.#deps.missed.add(kind);
    }
  }
}

function campaignOf({ subject, workspace }: Recipient<"click" | "view">) {
  return { workspaceId: workspace.id, campaignId: subject.campaignId };
}
