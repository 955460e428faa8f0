import { loadTokenKeys, readTrackingToken, type TokenKeys } from "../../delivery/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { AppError } from "../../platform/errors.ts";
import { type OptInProof, recordConsent } from "../consent/consent.service.ts";
import {
  changeContact,
  createContact,
  findContactByAddress,
} from "../contacts/contacts.service.ts";
import { changeOwnMembership, topicsAmong } from "../lists/lists.service.ts";
import { resubscribe } from "../lists/resubscribe.service.ts";
import type { TrackingPort } from "../ports.ts";
import {
  findSuppression,
  holdingReason,
  isOpenToReturn,
} from "../suppressions/suppressions.service.ts";
import { WorkspaceDirectory } from "../tracking/directory.service.ts";
import type { SignupData } from "./form-submission.ts";
import { type Form, requireForm } from "./forms.service.ts";
import { countForm, findFormWording } from "./forms.store.ts";
import type { FormVisitor, SignupDeps } from "./signup.ts";
import { findSignup, forgetSignup, markDone, type SignupRow } from "./signups.store.ts";

/** A sign-up that a confirmation link refers to. */
export type Confirmation = {
  workspaceId: string;
  workspaceName: string;
  form: Form;
  row: SignupRow;
};

/**
 * `open`: it can be confirmed. `confirmed`: it was confirmed, and the person can be mailed. `pointless`: all chosen
 * lists were deleted or are no longer public. `withdrawn`: the person has unsubscribed since. `held`: the address is
 * suppressed for a reason that signing up does not undo.
 */
export type Standing = "open" | "confirmed" | "pointless" | "withdrawn" | "held";

type ConfirmDeps = Pick<SignupDeps, "databases" | "keyRing" | "clock"> & {
  outside: { tracking: Pick<TrackingPort, "resubscribed"> };
};

/** The links in confirmation mails. Opening one changes nothing, and confirming twice does nothing more. */
export class Confirmations {
  readonly #deps: ConfirmDeps;
  readonly #keys: TokenKeys;
  readonly #workspaces: WorkspaceDirectory;

  constructor(deps: ConfirmDeps) {
    this.#deps = deps;
    this.#keys = loadTokenKeys(deps.keyRing);
    this.#workspaces = new WorkspaceDirectory(deps.databases.system);
  }

  /** Undefined when the token is not ours or has expired, or the form was deleted. */
  find(token: string): Confirmation | undefined {
    const subject = readTrackingToken(this.#keys, "signup", token);
    const workspace = subject && this.#workspaces.find(subject.workspaceNumber);
    if (subject === undefined || workspace === undefined) {
      return undefined;
    }
    const db = this.#deps.databases.workspace(workspace.id);
    const row = findSignup(db, subject.signupId);
    const isOpen = row !== undefined && row.expiresAt > this.#deps.clock();
    if (!isOpen || (row.state !== "waiting" && row.state !== "done")) {
      return undefined;
    }
    // A form is deleted together with its sign-ups, so it exists here.
    const form = requireForm(db, row.formId);
    return { workspaceId: workspace.id, workspaceName: workspace.name, form, row };
  }

  /** What the link does now. */
  standing({ workspaceId, row }: Confirmation): Standing {
    return standingOf(this.#deps.databases.workspace(workspaceId), row, this.#deps.clock());
  }

  /**
   * Completes the sign-up. False unless its standing is `open`.
   *
   * @param welcome See `completeSignup`.
   */
  confirm(
    { workspaceId, form, row }: Confirmation,
    visitor: FormVisitor,
    welcome: () => void,
  ): boolean {
    const now = this.#deps.clock();
    const proof: OptInProof = {
      requestedAt: row.createdAt,
      requestIp: row.ip,
      requestUserAgent: row.userAgent,
      mailedAt: row.mailedAt,
      messageId: row.messageId,
      confirmedAt: now,
    };
    const db = this.#deps.databases.workspace(workspaceId);
    const wasOff = isOpenToReturn(holdingReason(db, row.address, now));
    const isNew = inTransaction(
      db,
      () =>
        standingOf(db, row, now) === "open" &&
        completeSignup(db, { form, row, visitor, proof }, now, welcome),
    );
    if (wasOff && isNew) {
      this.#deps.outside.tracking.resubscribed(workspaceId, row.address);
    }
    return isNew;
  }
}

/**
 * Subscribes the contact to the lists and writes the consent entry, in one transaction. Only someone who has proven
 * that the address is theirs can change an existing contact's data or undo an unsubscribe. False when it was already
 * completed, when none of the lists is left, or when the person was erased and must not be added again.
 *
 * @param welcome Queues the welcome mail, if the form has one. The job is in another database and is committed just
 * before the sign-up. Without the sign-up it does nothing.
 */
export function completeSignup(
  db: Connection,
  signup: { form: Form; row: SignupRow; visitor: FormVisitor; proof: OptInProof | undefined },
  now: number,
  welcome: () => void,
): boolean {
  const { form, row, visitor, proof } = signup;
  try {
    return inTransaction(db, () => {
      const isDone = findSignup(db, row.id)?.state === "done";
      if (isDone || isPointless(db, row)) {
        return false;
      }
      const contactId = keepContact(db, form, row, proof !== undefined, now);
      if (!markDone(db, row.id, now, contactId)) {
        return false;
      }
      const source = `form:${form.id}`;
      const listIds = topicsAmong(db, wantedBy(row)).map(({ id }) => id);
      for (const listId of listIds) {
        const change = { listId, contactId, source, reason: "", now };
        changeOwnMembership(db, { ...change, status: "subscribed" });
      }
      if (proof !== undefined && isOpenToReturn(holdingReason(db, row.address, now))) {
        const { address } = row;
        resubscribe(db, { contactId, address, listIds, source, actor: "contact", ...visitor }, now);
      }
      const wording = findFormWording(db, form.id, row.consentVersion);
      recordConsent(
        db,
        {
          contactId,
          action: "given",
          listIds,
          source,
          actor: "contact",
          wording: wording && { hash: wording.hash, version: row.consentVersion },
          formId: form.id,
          ...visitor,
          proof,
        },
        now,
      );
      countForm(db, form.id, "confirmed", now);
      if (form.settings.welcome) {
        welcome();
      }
      return true;
    });
  } catch (error) {
    // The person was erased after the mail was sent. The sign-up is refused and deleted completely.
    if (error instanceof AppError && error.code === "erased") {
      forgetSignup(db, row.id);
      return false;
    }
    throw error;
  }
}

function standingOf(db: Connection, { id }: SignupRow, now: number): Standing {
  const row = findSignup(db, id);
  if (row === undefined || isPointless(db, row)) {
    return "pointless";
  }
  const reason = holdingReason(db, row.address, now);
  if (reason !== undefined && !isOpenToReturn(reason)) {
    return "held";
  }
  if (row.state !== "done") {
    return reason === "unsubscribed" && wasSaidSince(db, row) ? "withdrawn" : "open";
  }
  return reason === undefined && isStillIn(db, row, now) ? "confirmed" : "withdrawn";
}

function wasSaidSince(db: Connection, { address, createdAt }: SignupRow): boolean {
  return (findSuppression(db, address)?.createdAt ?? 0) > createdAt;
}

function isStillIn(db: Connection, row: SignupRow, now: number): boolean {
  const lists = findContactByAddress(db, row.address, now)?.lists;
  const wanted = topicsAmong(db, wantedBy(row)).map(({ id }) => id);
  return (
    lists !== undefined &&
    (wanted.length === 0 ||
      lists.some((list) => wanted.includes(list.id) && list.status === "subscribed"))
  );
}

const wantedBy = (row: SignupRow) => JSON.parse(row.listIds) as number[];

function isPointless(db: Connection, row: SignupRow): boolean {
  const wanted = wantedBy(row);
  return row.state !== "done" && wanted.length > 0 && topicsAmong(db, wanted).length === 0;
}

function keepContact(
  db: Connection,
  form: Form,
  row: SignupRow,
  isProven: boolean,
  now: number,
): number {
  const { firstName, lastName, language, fields, place } = JSON.parse(row.data) as SignupData;
  const old = findContactByAddress(db, row.address, now);
  if (old === undefined) {
    const input = { email: row.email, firstName, lastName, language, fields, ...place };
    return createContact(db, input, `form:${form.id}`, "contact", now).id;
  }
  if (isProven) {
    const input = {
      ...(firstName === "" ? {} : { firstName }),
      ...(lastName === "" ? {} : { lastName }),
      fields: withoutNothing(fields),
      ...place,
    };
    changeContact(db, old.id, input, { actorId: `form:${form.id}`, now });
  }
  return old.id;
}

/** A group of boxes with none ticked does not change earlier choices. */
function withoutNothing(fields: Record<string, unknown>): Record<string, unknown> {
  const isSaid = (value: unknown) => !Array.isArray(value) || value.length > 0;
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => isSaid(value)));
}
