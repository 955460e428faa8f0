import { loadTokenKeys, readTrackingToken, type TokenKeys } from "../../delivery/index.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Databases } from "../../platform/db/databases.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { isAddressFault, isMailable, parseEmailAddress } from "../../platform/email-address.ts";
import { AppError } from "../../platform/errors.ts";
import type { JobQueue } from "../../platform/scheduler/job-queue.ts";
import type { KeyRing } from "../../platform/secrets.ts";
import { DAY_MS } from "../../platform/time.rules.ts";
import { recordConsent } from "../consent/consent.service.ts";
import { changeContact, findContactById } from "../contacts/contacts.service.ts";
import { changeOwnMembership, listTopics } from "../lists/lists.service.ts";
import { resubscribe } from "../lists/resubscribe.service.ts";
import type { TrackingPort } from "../ports.ts";
import { holdingReason, isOpenToReturn } from "../suppressions/suppressions.service.ts";
import { WorkspaceDirectory } from "../tracking/directory.service.ts";
import { presentContactId, recipientContactId } from "../tracking/recipient.service.ts";
import {
  type AddressChange,
  addressChangesSince,
  findAddressChange,
  insertAddressChange,
  markAddressConfirmed,
  pausedUntil,
  setPause,
} from "./preferences.store.ts";

export const ADDRESS_JOB = "preferences.address";

const CONFIRM_WITHIN_MS = 7 * DAY_MS;
/** Links can be passed on, and each requested change sends a message to an address of the requester's choice. */
const MAX_ADDRESSES_A_DAY = 5;

export type PreferenceDeps = {
  databases: Databases;
  keyRing: KeyRing;
  clock: Clock;
  jobs: JobQueue;
  outside: { tracking: Pick<TrackingPort, "resubscribed"> };
};

/** The person whose preferences a token opens. */
export type Person = { workspaceId: string; workspaceName: string; contactId: number };

export type PreferenceVisitor = { ip: string; userAgent: string };

/** A requested change of address that is not confirmed yet. */
export type PendingAddress = Person & { change: AddressChange };

/**
 * What people decide about their mail with the link in any message. The token is the permission and does not expire.
 * Reading changes nothing, and every change is written to the consent log.
 */
export class PreferenceCentre {
  readonly #deps: PreferenceDeps;
  readonly #keys: TokenKeys;
  readonly #workspaces: WorkspaceDirectory;

  constructor(deps: PreferenceDeps) {
    this.#deps = deps;
    this.#keys = loadTokenKeys(deps.keyRing);
    this.#workspaces = new WorkspaceDirectory(deps.databases.system);
  }

  /** Undefined when the token is not ours, or the contact was deleted. */
  find(token: string): Person | undefined {
    const subject = readTrackingToken(this.#keys, "preferences", token);
    const workspace = subject && this.#workspaces.find(subject.workspaceNumber);
    if (subject === undefined || workspace === undefined) {
      return undefined;
    }
    const db = this.#deps.databases.workspace(workspace.id);
    const known = subject.contactId ?? recipientContactId(db, subject.campaignId, subject.seq);
    const contactId = known === undefined ? undefined : presentContactId(db, known);
    return contactId === undefined ||
      findContactById(db, contactId, this.#deps.clock()) === undefined
      ? undefined
      : { workspaceId: workspace.id, workspaceName: workspace.name, contactId };
  }

  /** Whether the address is suppressed, even if it now belongs to another contact. */
  isHeld(workspaceId: string, address: string): boolean {
    const db = this.#deps.databases.workspace(workspaceId);
    return holdingReason(db, address, this.#deps.clock()) !== undefined;
  }

  /** Whether campaigns are sent to the person now. */
  isMailed(person: Person): boolean {
    const { isOff, pausedUntil: until } = this.read(person);
    return !isOff && until === null;
  }

  /** Everything the page shows. */
  read(person: Person) {
    const db = this.#db(person);
    const now = this.#deps.clock();
    const contact = required(db, person.contactId, now);
    const until = pausedUntil(db, person.contactId);
    const reason = holdingReason(db, contact.address, now);
    const topics = listTopics(db).map(({ id, name, description }) => {
      const isMember = contact.lists.some((list) => list.id === id && list.status === "subscribed");
      // Nothing is ticked after an unsubscribe or while a status is unclear, so that every tick is a new choice.
      return {
        id,
        name,
        description,
        isMember,
        isOn: isMember && !isOpenToReturn(reason),
      };
    });
    return {
      contact,
      topics,
      isOff: contact.status !== "mailable",
      pausedUntil: until !== null && until > now ? until : null,
    };
  }

  /**
   * Saves topics, names and language. Choosing a topic undoes an unsubscribe from everything, since only the owner
   * has this link. Bounces, complaints and manual suppressions stay.
   *
   * @throws AppError `invalid_input` for an invalid name or language.
   */
  save(
    person: Person,
    wish: { topics: number[]; firstName: string; lastName: string; language: string },
    visitor: PreferenceVisitor,
  ): void {
    const db = this.#db(person);
    const now = this.#deps.clock();
    const { contactId } = person;
    const by = { source: "preferences", actor: "contact", ...visitor };
    inTransaction(db, () => {
      const { topics, isOff, contact } = this.read(person);
      const isChosen = (id: number) => wish.topics.includes(id);
      const joined = this.#move(db, topics, isChosen, { contactId, status: "subscribed", now });
      const left = this.#move(db, topics, (id) => !isChosen(id), {
        contactId,
        status: "unsubscribed",
        now,
      });
      if (joined.length > 0) {
        recordConsent(db, { contactId, action: "given", listIds: joined, ...by }, now);
      }
      if (left.length > 0) {
        recordConsent(db, { contactId, action: "withdrawn", listIds: left, ...by }, now);
      }
      const chosen = topics.flatMap(({ id }) => (wish.topics.includes(id) ? [id] : []));
      const isBack = isOff && chosen.length > 0;
      if (isBack && isOpenToReturn(holdingReason(db, contact.address, now))) {
        resubscribe(db, { contactId, address: contact.address, listIds: chosen, ...by }, now);
        this.#deps.outside.tracking.resubscribed(person.workspaceId, contact.address);
      }
      const { firstName, lastName, language } = wish;
      const changed = [
        ...(firstName.trim() === contact.firstName && lastName.trim() === contact.lastName
          ? []
          : ["name"]),
        ...(language === contact.language ? [] : ["language"]),
      ];
      if (changed.length > 0) {
        const input = { firstName, lastName, language };
        changeContact(db, contactId, input, { actorId: "contact", now });
        recordConsent(db, { contactId, action: "changed", detail: changed.join(", "), ...by }, now);
      }
    });
  }

  /** Pauses campaigns for this number of days; 0 ends the pause. */
  pause(person: Person, days: number, visitor: PreferenceVisitor): void {
    const db = this.#db(person);
    const now = this.#deps.clock();
    const until = days === 0 ? null : now + days * DAY_MS;
    const detail = until === null ? "pause ended" : `pause of ${days} days`;
    const by = { source: "preferences", actor: "contact", ...visitor };
    inTransaction(db, () => {
      setPause(db, person.contactId, until, now);
      recordConsent(db, { contactId: person.contactId, action: "changed", detail, ...by }, now);
    });
  }

  /**
   * Sends a confirmation link to the new address, a few times a day at most.
   *
   * @returns `wrong` when no mail can be sent there, `too_many` when the daily limit is reached.
   */
  askAddress(
    person: Person,
    written: string,
    visitor: PreferenceVisitor,
  ): "asked" | "wrong" | "too_many" {
    const read = parseEmailAddress(written);
    if (isAddressFault(read) || !isMailable(read.address)) {
      return "wrong";
    }
    const now = this.#deps.clock();
    const { email, address } = read;
    const { contactId, workspaceId } = person;
    const asked = addressChangesSince(this.#db(person), contactId, now - DAY_MS);
    if (asked >= MAX_ADDRESSES_A_DAY) {
      return "too_many";
    }
    const change = { contactId, email, address, ...visitor };
    const id = insertAddressChange(this.#db(person), {
      ...change,
      createdAt: now,
      expiresAt: now + CONFIRM_WITHIN_MS,
    });
    this.#deps.jobs.enqueue(ADDRESS_JOB, workspaceId, { changeId: id });
    return "asked";
  }

  /** The change of address that a link confirms; undefined when the token is not ours or has expired. */
  findAddress(token: string): PendingAddress | undefined {
    const subject = readTrackingToken(this.#keys, "newAddress", token);
    const workspace = subject && this.#workspaces.find(subject.workspaceNumber);
    if (subject === undefined || workspace === undefined) {
      return undefined;
    }
    const db = this.#deps.databases.workspace(workspace.id);
    const change = findAddressChange(db, subject.changeId);
    if (change === undefined || change.expiresAt <= this.#deps.clock()) {
      return undefined;
    }
    const { contactId } = change;
    return { workspaceId: workspace.id, workspaceName: workspace.name, contactId, change };
  }

  /** Changes the address. False when another contact has it by now, or it was erased. */
  confirmAddress(pending: PendingAddress, visitor: PreferenceVisitor): boolean {
    const { change, contactId } = pending;
    const db = this.#db(pending);
    const now = this.#deps.clock();
    try {
      inTransaction(db, () => {
        if (!markAddressConfirmed(db, change.id, now)) {
          return;
        }
        changeContact(db, contactId, { email: change.email }, { actorId: "contact", now });
        const proof = {
          requestedAt: change.createdAt,
          requestIp: change.ip,
          requestUserAgent: change.userAgent,
          mailedAt: change.mailedAt,
          messageId: change.messageId,
          confirmedAt: now,
        };
        const by = { source: "preferences", actor: "contact", ...visitor, proof };
        recordConsent(db, { contactId, action: "changed", detail: "address", ...by }, now);
      });
      return true;
    } catch (error) {
      if (error instanceof AppError && (error.code === "conflict" || error.code === "erased")) {
        return false;
      }
      throw error;
    }
  }

  #db({ workspaceId }: Person): Connection {
    return this.#deps.databases.workspace(workspaceId);
  }

  /** Changes the topics whose status differs. Returns them. */
  #move(
    db: Connection,
    topics: { id: number; isMember: boolean; isOn: boolean }[],
    isWanted: (id: number) => boolean,
    change: { contactId: number; status: "subscribed" | "unsubscribed"; now: number },
  ): number[] {
    const moved: number[] = [];
    for (const { id, isMember, isOn } of topics) {
      if (isWanted(id) && (change.status === "subscribed" ? !isOn : isMember)) {
        changeOwnMembership(db, { ...change, listId: id, source: "preferences", reason: "" });
        moved.push(id);
      }
    }
    return moved;
  }
}

function required(db: Connection, contactId: number, now: number) {
  const contact = findContactById(db, contactId, now);
  if (contact === undefined) {
    throw new Error("a contact that was just found no longer exists");
  }
  return contact;
}
