import { LRUCache } from "lru-cache";
import { loadTokenKeys, readTrackingToken, type TokenKeys } from "../../delivery/index.ts";
import type { Clock } from "../../platform/clock.ts";
import { isBusy } from "../../platform/db/busy.ts";
import type { Databases } from "../../platform/db/databases.ts";
import { AppError } from "../../platform/errors.ts";
import { networkOf } from "../../platform/http/client-address.ts";
import { type Rate, RateLimiter } from "../../platform/http/rate-limit.ts";
import type { JobQueue } from "../../platform/scheduler/job-queue.ts";
import type { KeyRing } from "../../platform/secrets.ts";
import { DAY_MS } from "../../platform/time.rules.ts";
import { readContactInput } from "../contacts/contacts.service.ts";
import { WorkspaceDirectory } from "../tracking/directory.service.ts";
import { FormChallenges, type Proof } from "./form-challenge.ts";
import { type Filled, type FormView, HONEYPOT_FIELD } from "./form-html.ts";
import { readSubmission, valuesOf } from "./form-submission.ts";
import { fieldsOfForm, hasLostItsLists, topicsOfForm } from "./form-view.ts";
import { formWords } from "./form-words.rules.ts";
import { type Form, findOpenForm } from "./forms.service.ts";
import { countForm } from "./forms.store.ts";
import { insertSignup } from "./signups.store.ts";

export const SIGNUP_JOB = "form.signup";

/** How long the link in a confirmation mail works. */
export const CONFIRM_WITHIN_MS = 7 * DAY_MS;
const FORGET_AFTER_MS = 30 * DAY_MS;
const WRITE_VIEWS_MS = 2_000;

// Shared by everyone behind one IP address of a company or school. Even there, ten sign-ups a minute are unlikely.
const perNetwork: Rate = { perSecond: 1 / 30, burst: 10 };
/**
 * The total for one customer of an internet provider. An IPv6 customer has 65,536 networks and could otherwise use up
 * the form's whole allowance.
 */
const perCustomer: Rate = { perSecond: 1 / 15, burst: 20 };
const perForm: Rate = { perSecond: 5, burst: 300 };
/** Sign-ups without a solved captcha: each may cause a mail to somebody who never asked for it. */
const perFormUnproven: Rate = { perSecond: 0.5, burst: 60 };
/** Reserved for networks that have not used this form recently, after others have used up the rest. */
const perFormNewcomers: Rate = { perSecond: 0.5, burst: 60 };
const MAX_SENDERS = 50_000;

/** The visitor who submits a form, as the consent log records them. */
export type FormVisitor = { ip: string; userAgent: string };

/** The form that a token refers to. */
export type OpenForm = { workspaceId: string; workspaceName: string; form: Form };

/** `taken` is the answer in all other cases, because a more precise one would reveal who is a contact. */
export type Submitted =
  | { kind: "taken"; proven: boolean }
  | { kind: "again"; filled: Filled }
  | { kind: "slow" }
  /** All lists of the form were deleted or are no longer public. Nothing was stored. */
  | { kind: "closed" };

export type SignupDeps = {
  databases: Databases;
  keyRing: KeyRing;
  clock: Clock;
  jobs: JobQueue;
};

/** What visitors can do with forms: view and submit them. */
export class PublicForms {
  readonly challenges: FormChallenges;
  readonly #deps: SignupDeps;
  readonly #keys: TokenKeys;
  readonly #limiter: RateLimiter;
  readonly #workspaces: WorkspaceDirectory;
  /** Provider networks and IPv4 addresses that have submitted a form, by form. */
  readonly #senders = new LRUCache<string, true>({ max: MAX_SENDERS });
  readonly #views = new LRUCache<string, { n: number; writtenAt: number }>({ max: 10_000 });

  constructor(deps: SignupDeps) {
    this.#deps = deps;
    this.#keys = loadTokenKeys(deps.keyRing);
    this.challenges = new FormChallenges(deps.keyRing);
    this.#limiter = new RateLimiter(deps.clock);
    this.#workspaces = new WorkspaceDirectory(deps.databases.system);
  }

  /** The form of a token; undefined when the token is not ours, or the form is deleted or disabled. */
  find(token: string): OpenForm | undefined {
    const subject = readTrackingToken(this.#keys, "form", token);
    const workspace = subject && this.#workspaces.find(subject.workspaceNumber);
    if (subject === undefined || workspace === undefined) {
      return undefined;
    }
    const form = findOpenForm(this.#deps.databases.workspace(workspace.id), subject.formId);
    return form && { workspaceId: workspace.id, workspaceName: workspace.name, form };
  }

  view({ workspaceId, form }: OpenForm): FormView {
    const db = this.#deps.databases.workspace(workspaceId);
    const { id, settings } = form;
    const consentVersion = settings.consentText === "" ? 0 : form.consentVersion;
    const fields = fieldsOfForm(db, settings);
    return { id, consentVersion, settings, fields, topics: topicsOfForm(db, settings) };
  }

  /**
   * Counts a view of the page. Writes at most every two seconds, so that a popular page does not cost one commit per
   * view. Views in between are written with the next one.
   */
  viewed({ workspaceId, form }: OpenForm): void {
    const now = this.#deps.clock();
    const key = `${workspaceId} ${form.id}`;
    const views = this.#views.get(key) ?? { n: 0, writtenAt: 0 };
    views.n += 1;
    if (now - views.writtenAt >= WRITE_VIEWS_MS) {
      this.#writeViews(workspaceId, form.id, now, views);
    }
    this.#views.set(key, views);
  }

  #writeViews(workspaceId: string, formId: number, now: number, views: { n: number }): void {
    try {
      countForm(this.#deps.databases.workspace(workspaceId), formId, "views", now, views.n);
      Object.assign(views, { n: 0, writtenAt: now });
    } catch (error) {
      if (!isBusy(error)) {
        throw error;
      }
      // The page is shown anyway, and the next view writes the count.
      Object.assign(views, { writtenAt: now });
    }
  }

  /**
   * Accepts a sign-up. Nothing about the address is looked up, and the work is left to a job, so that response and
   * timing are the same for every address.
   */
  submit(open: OpenForm, token: string, sent: URLSearchParams, visitor: FormVisitor): Submitted {
    const { databases, clock, jobs } = this.#deps;
    const now = clock();
    const db = databases.workspace(open.workspaceId);
    const view = this.view(open);
    if (hasLostItsLists(view.settings, view.topics)) {
      return { kind: "closed" };
    }
    if (!this.#admitsNetwork(visitor)) {
      return { kind: "slow" };
    }
    const proof = this.challenges.check(token, sent.get("_c") ?? "", sent.get("_n") ?? "", now);
    if ((sent.get(HONEYPOT_FIELD) ?? "") !== "") {
      // A bot gets the same answer as a person, so that it learns nothing.
      countForm(db, open.form.id, "bots", now);
      return { kind: "taken", proven: proof === "worked" };
    }
    const read = readSubmission(view, sent, (input) => readContactInput(db, input));
    const words = formWords[open.form.settings.language];
    if ("filled" in read) {
      return { kind: "again", filled: { ...read.filled, notice: words.problem } };
    }
    if (proof === "hurried") {
      countForm(db, open.form.id, "bots", now);
      const filled = { values: valuesOf(sent), problems: new Map(), notice: words.fast };
      return { kind: "again", filled };
    }
    // Only valid submissions count against the allowance shared by all visitors, so that refused ones cannot block
    // the form.
    if (!this.#admitsForm(open, token, proof, visitor)) {
      return { kind: "slow" };
    }
    const { contact, data, listIds } = read;
    const id = insertSignup(
      db,
      {
        formId: open.form.id,
        email: contact.email,
        address: contact.address,
        data: JSON.stringify(data),
        listIds: JSON.stringify(listIds),
        proven: Number(proof === "worked"),
        consentVersion: versionOf(sent.get("_v"), open.form),
        ip: visitor.ip,
        userAgent: visitor.userAgent,
        createdAt: now,
        expiresAt: now + CONFIRM_WITHIN_MS,
      },
      now - FORGET_AFTER_MS,
    );
    countForm(db, open.form.id, "submits", now);
    jobs.enqueue(SIGNUP_JOB, open.workspaceId, { signupId: id });
    return { kind: "taken", proven: proof === "worked" };
  }

  #admitsNetwork({ ip }: FormVisitor): boolean {
    return (
      this.#takes(`network ${networkOf(ip)}`, perNetwork) &&
      this.#takes(`customer ${networkOf(ip, 48)}`, perCustomer)
    );
  }

  #admitsForm({ workspaceId, form }: OpenForm, token: string, proof: Proof, visitor: FormVisitor) {
    const key = `form ${workspaceId} ${form.id}`;
    const sender = `${key} ${networkOf(visitor.ip, 32)}`;
    const isAdmitted =
      (proof === "worked" || this.#takes(`unproven ${token}`, perFormUnproven)) &&
      this.#takes(key, perForm);
    const isNew = !this.#senders.has(sender);
    this.#senders.set(sender, true);
    return isAdmitted || (isNew && this.#takes(`newcomers ${key}`, perFormNewcomers));
  }

  #takes(caller: string, rate: Rate): boolean {
    try {
      this.#limiter.take(caller, rate, {});
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === "rate_limited") {
        return false;
      }
      throw error;
    }
  }
}

/** The version of the consent text that the visitor saw. An embedded form may show a version that is not the newest. */
function versionOf(sent: string | null, { consentVersion, settings }: Form): number {
  const version = Number(sent);
  if (Number.isSafeInteger(version) && version >= 1 && version <= consentVersion) {
    return version;
  }
  return settings.consentText === "" ? 0 : consentVersion;
}
