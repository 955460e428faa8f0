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
import { SentMail } from "./sent-mail.ts";
import { findContact, findLifted, findRecipient, wasErased } from "./tracking.store.ts";

/** The visitor's properties that an event stores. */
export type Visitor = { ip: string; agent: string; hint: EngagementFact["hint"] };

/** Kinds of tokens that can unsubscribe a person. */
export type UnsubscribePurpose = "unsubscribe" | "preferences";

type Workspace = { id: string; name: string };
type Recipient<P extends UrlPurpose> = { subject: TokenSubjects[P]; workspace: Workspace };

/** The person that an unsubscribe token refers to. */
export type UnsubscribePerson = {
  workspaceId: string;
  workspaceName: string;
  /** Undefined when the person was erased: the address is then unknown and nothing is sent to it. */
  address: string | undefined;
  /** The contact's language; "" when there is none. */
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
 * Handles recipients' requests. Opens and clicks need only the token and memory once a campaign's links have been
 * read. Nothing here writes to a database: each event goes to the journal, and each method resolves when it is stored
 * durably. While the journal cannot be written, people still reach what they opened and the event is counted as
 * missed. Their requests, such as an unsubscribe, are refused, because they must not be lost.
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

  /** Records an open. False when the token is not ours. */
  async opened(token: string, visitor: Visitor): Promise<boolean> {
    const recipient = this.#recipient("open", token);
    if (recipient === undefined) {
      return false;
    }
    await this.#engage("open", recipient, visitor);
    return true;
  }

  /**
   * Records a click and returns the link's target, which is always a link of that campaign and never taken from the
   * request. Undefined when the token is not ours or the campaign was deleted.
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
   * The message as it was sent to this recipient; the view is recorded. Undefined when it no longer exists.
   *
   * @throws AppError `unavailable` when too many of the workspace's messages are being rendered, or the event cannot
   * be stored.
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

  /**
   * The person that a page is about, without changing anything. Undefined when neither contact nor message exists.
   */
  personOf(purpose: UnsubscribePurpose, token: string): UnsubscribePerson | undefined {
    const recipient = this.#recipient(purpose, token);
    return recipient && this.#whom(recipient);
  }

  /**
   * Unsubscribes the recipient from all mail of this workspace: at once in delivery, and in the database when the event
   * is applied. Repeating it changes nothing. If the person was erased, the request is kept without identifying them,
   * in case the erasure is lifted.
   *
   * @throws AppError `unavailable` when it could not be stored; the page then does not claim success.
   */
  async unsubscribe(
    purpose: UnsubscribePurpose,
    token: string,
    via: UnsubscribeFact["via"],
    visitor: Visitor,
  ): Promise<UnsubscribePerson | undefined> {
    const recipient = this.#recipient(purpose, token);
    const whom = recipient && this.#whom(recipient);
    if (recipient === undefined || whom === undefined) {
      return undefined;
    }
    const { subject, workspace } = recipient;
    await this.#deps.port.recordFact({
      k: "unsubscribe",
      w: workspace.id,
      c: subject.campaignId,
      s: subject.seq,
      at: this.#deps.clock(),
      via,
      ...(whom.address === undefined ? { ip: "", ua: "" } : { ip: visitor.ip, ua: visitor.agent }),
      ...(subject.contactId === undefined ? {} : { ct: subject.contactId }),
      ...(subject.contactId === undefined || whom.address === undefined ? {} : { a: whom.address }),
    });
    return whom;
  }

  #recipient<P extends UrlPurpose>(purpose: P, token: string): Recipient<P> | undefined {
    const subject = readTrackingToken(this.#keys, purpose, token);
    const workspace = subject && this.#workspaces.find(subject.workspaceNumber);
    return subject === undefined || workspace === undefined ? undefined : { subject, workspace };
  }

  /** The contact's current address, or that of the message when the contact was deleted. */
  #whom({ subject, workspace }: Recipient<UnsubscribePurpose>): UnsubscribePerson | undefined {
    const db = this.#deps.databases.workspace(workspace.id);
    const message = findRecipient(db, subject.campaignId, subject.seq);
    const contactId = subject.contactId ?? message?.contactId;
    const contact =
      subject.contactId === undefined ? undefined : findContact(db, subject.contactId);
    const lifted = contactId === undefined ? undefined : findLifted(db, contactId);
    const address = contact?.address ?? lifted?.address ?? message?.address;
    const isKnown = address !== undefined || (contactId !== undefined && wasErased(db, contactId));
    return !isKnown
      ? undefined
      : {
          workspaceId: workspace.id,
          workspaceName: workspace.name,
          // Messages of an erased person contain a pseudonym, which has no @.
          address: address?.includes("@") === true ? address : undefined,
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
