import { LRUCache } from "lru-cache";
import {
  loadTokenKeys,
  type MessageSubject,
  type OutsideFact,
  readAddressToken,
  readMessageId,
  type TokenKeys,
} from "../../delivery/index.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Databases } from "../../platform/db/databases.ts";
import { AppError, because, messageOf, notFound, type Reason } from "../../platform/errors.ts";
import { decryptSecret, type KeyRing } from "../../platform/secrets.ts";
import { DAY_MS } from "../../platform/time.rules.ts";
import { storedReason } from "../../reasons/because.ts";
import type { HookCounts } from "./hook-counts.ts";
import { type HookEvent, parseJson } from "./hook-event.ts";
import { type HookSubject, readHookToken } from "./hook-token.ts";
import { readSesEvents } from "./providers/ses-events.ts";
import { type FetchText, SnsVerifier } from "./sns.ts";
import { findProvider, type HookRequest } from "./webhook-providers.ts";
import {
  changeWebhook,
  findMessage,
  findPresetOf,
  findWebhook,
  findWorkspaceByNumber,
  type WebhookRow,
} from "./webhooks.store.ts";

/** Binds the stored secret to its purpose, so that it decrypts nowhere else. */
export const SECRET_PURPOSE = "route_webhook.secret";

const MAX_AGE_MS = 30 * DAY_MS;
const MAX_SEEN = 100_000;

/** The result of a request's events. */
export type HookAnswer = { taken: number; repeated: number; unknown: number };

export type HookDeps = {
  databases: Databases;
  keyRing: KeyRing;
  clock: Clock;
  counts: HookCounts;
  fetchText: FetchText;
  /** Resolves when the event is stored durably. @throws AppError `unavailable` when it cannot be stored. */
  recordFact: (fact: OutsideFact) => Promise<void>;
};

type Hook = HookSubject & { workspaceId: string; provider: string; row: WebhookRow };

/**
 * Receives reports from relay providers. The URL identifies the sending method, and the request must also prove that it
 * comes from the provider. An event applies only to the message whose token it contains, within this workspace. Events
 * without a known message are only counted.
 */
export class Hooks {
  readonly #deps: HookDeps;
  readonly #keys: TokenKeys;
  readonly #sns: SnsVerifier;
  readonly #seen = new LRUCache<string, true>({ max: MAX_SEEN });

  constructor(deps: HookDeps) {
    this.#deps = deps;
    this.#keys = loadTokenKeys(deps.keyRing);
    this.#sns = new SnsVerifier(deps.fetchText);
  }

  /** Refuses an unknown URL before its body is read. @throws AppError `not_found`. */
  requireAddress(provider: string, token: string): void {
    this.#find(provider, token);
  }

  /**
   * Stores all events of the request durably.
   *
   * @throws AppError `not_found` for an unknown URL, `unauthenticated` when the request does not prove its origin,
   * `unavailable` when an event cannot be stored: the provider then sends it again.
   */
  async receive(
    provider: string,
    token: string,
    request: { headers: Headers; body: string },
  ): Promise<HookAnswer> {
    const hook = this.#find(provider, token);
    const asked = { ...request, json: parseJson(request.body), now: this.#deps.clock() };
    const events = await (provider === "ses" ? this.#ses(hook, asked) : this.#proved(hook, asked));
    const answer = { taken: 0, repeated: 0, unknown: 0 };
    const kinds: string[] = [];
    for (const event of events) {
      const fate = await this.#take(hook, event);
      answer[fate] += 1;
      if (fate !== "repeated") {
        kinds.push(fate === "unknown" ? "unknown" : event.kind);
      }
    }
    this.#deps.counts.count(hook.workspaceId, hook.routeId, kinds);
    return answer;
  }

  #find(provider: string, token: string): Hook {
    const { databases, keyRing } = this.#deps;
    const subject = readHookToken(keyRing, token);
    const workspaceId = subject && findWorkspaceByNumber(databases.system, subject.workspaceNumber);
    if (subject === undefined || workspaceId === undefined) {
      throw notFound("webhook");
    }
    const db = databases.workspace(workspaceId);
    const row = findWebhook(db, subject.routeId);
    const isCurrent = row.generation === subject.generation;
    if (findPresetOf(db, subject.routeId) !== provider || !isCurrent) {
      throw notFound("webhook");
    }
    return { ...subject, workspaceId, provider, row };
  }

  #proved(hook: Hook, request: HookRequest): HookEvent[] {
    const provider = findProvider(hook.provider);
    if (provider === undefined) {
      throw notFound("webhook");
    }
    if (hook.row.secret === "") {
      throw this.#refuse(hook, because("webhook_without_key"));
    }
    const secret = decryptSecret(this.#deps.keyRing, SECRET_PURPOSE, hook.row.secret);
    if (!provider.isProved(request, secret)) {
      throw this.#refuse(hook, because("webhook_unproved"));
    }
    return provider.read(request.json);
  }

  async #ses(hook: Hook, request: HookRequest): Promise<HookEvent[]> {
    const message = await this.#sns.read(request.json, request.now).catch((error: unknown) => {
      throw new AppError(
        "unavailable",
        because("webhook_certificate", { fault: messageOf(error) }),
      );
    });
    if (message === undefined) {
      throw this.#refuse(hook, because("webhook_not_sns"));
    }
    // Anyone can create an Amazon topic whose messages Amazon signs, so only the topic that was confirmed first is
    // accepted.
    if (hook.row.topic !== "" && hook.row.topic !== message.topic) {
      throw this.#refuse(hook, because("webhook_other_topic", { topic: hook.row.topic }));
    }
    if (message.type === "Notification") {
      return readSesEvents(parseJson(message.message), message.id);
    }
    if (message.type === "SubscriptionConfirmation") {
      if (!(await this.#sns.confirm(message))) {
        throw this.#refuse(hook, because("webhook_foreign_address"));
      }
      const db = this.#deps.databases.workspace(hook.workspaceId);
      changeWebhook(db, hook.routeId, { topic: message.topic });
    }
    return [];
  }

  #refuse(hook: Hook, why: Reason): AppError {
    this.#deps.counts.fault(hook.workspaceId, hook.routeId, storedReason(why));
    return new AppError("unauthenticated", why);
  }

  async #take(hook: Hook, event: HookEvent): Promise<keyof HookAnswer> {
    const key = `${hook.workspaceId}/${hook.routeId}/${event.kind}/${event.id}`;
    if (event.id !== "" && this.#seen.has(key)) {
      return "repeated";
    }
    const subject = this.#subjectOf(hook, event);
    if (subject === undefined && event.kind !== "other" && event.kind !== "delivered") {
      return "unknown";
    }
    const fact = subject && factOf(hook.workspaceId, subject, event, this.#deps.clock());
    if (fact !== undefined) {
      await this.#deps.recordFact(fact);
    }
    if (event.id !== "") {
      this.#seen.set(key, true);
    }
    return "taken";
  }

  /** The message that the event names, if it belongs to this workspace and is not too old. */
  #subjectOf(hook: Hook, event: HookEvent): MessageSubject | undefined {
    for (const name of event.names) {
      const local = localPartOf(name);
      const subject =
        readMessageId(this.#keys, local) ?? readAddressToken(this.#keys, "bounce", local);
      if (subject?.workspaceNumber === hook.workspaceNumber) {
        const db = this.#deps.databases.workspace(hook.workspaceId);
        const message = findMessage(db, subject.campaignId, subject.seq);
        const now = this.#deps.clock();
        const isRecent = message !== undefined && now - (message.changedAt ?? now) < MAX_AGE_MS;
        return isRecent ? subject : undefined;
      }
    }
    return undefined;
  }
}

/** Extracts `abc` from `<abc@example.com>`, `Name <abc@example.com>` and `abc`. */
function localPartOf(name: string): string {
  const open = name.lastIndexOf("<");
  const bare = name.slice(open + 1);
  const end = bare.indexOf("@");
  return (end === -1 ? bare : bare.slice(0, end)).trim();
}

function factOf(
  w: string,
  { campaignId: c, seq: s }: MessageSubject,
  event: HookEvent,
  at: number,
): OutsideFact | undefined {
  const { kind, code, enh, text } = event;
  const about = event.address === "" ? {} : { address: event.address.toLowerCase() };
  if (kind === "bounce" || kind === "delayed") {
    const action = kind === "delayed" ? "delayed" : "failed";
    return { k: "bounce", w, c, s, at, via: "webhook", action, code, enh, text, ...about };
  }
  if (kind === "complaint") {
    return { k: "complaint", w, c, s, at, via: "webhook", kind: event.complaint, ...about };
  }
  // The provider does not report who requested the unsubscribe.
  return kind === "unsubscribe"
    ? { k: "unsubscribe", w, c, s, at, via: "webhook", ip: "", ua: "" }
    : undefined;
}
