import type { Connection } from "../../platform/db/driver.ts";
import { DAY_MS } from "../../platform/time.rules.ts";
import type { BounceFact, ComplaintFact } from "../facts.ts";
import { keepErasedRefusal, resolveRecipient } from "../person.store.ts";
import type { BounceRules } from "../ports.ts";
import { messageState } from "../types.ts";
import { changeOf } from "./apply-result.ts";
import { addReport, markBounced, markEarlyBounce, reportsOf } from "./bounces.store.ts";
import { addEvent, countEngagement } from "./engagement.store.ts";
import type { Batch } from "./gathered.ts";
import { findMessage, type MessageRow, suppress, unsubscribeFromLists } from "./results.store.ts";
import { strike } from "./strikes.ts";

/** Maximum reports stored per message, because anyone with a genuine report could replay it indefinitely. */
const MAX_REPORTS = 10;
const MAX_REPLY = 300;
/** A report older than this can no longer be attributed reliably. */
const MAX_AGE_MS = 30 * DAY_MS;

/**
 * Applies a bounce report. Only the first `failed` report has an effect, and only on this message and its own address,
 * whatever address the report names. A `delayed` report is stored without effect.
 */
export function applyBounce(
  db: Connection,
  batch: Batch,
  fact: BounceFact,
  rules: BounceRules,
): void {
  const message = findMessage(db, fact.c, fact.s);
  if (message === undefined) {
    batch.orphans += 1;
    return;
  }
  const { code, enh: enhanced, text } = fact;
  const category = rules.categoryOf({ action: fact.action, code, enhanced, text });
  const before = keepReport(db, batch, message, fact, {
    action: fact.action,
    category,
    rule: `${fact.via}_${fact.action}`,
  });
  if (fact.action === "delayed") {
    return;
  }
  if (before.failed > 0 || isTooOld(message, fact.at) || !couldBounce(message)) {
    batch.late += 1;
    return;
  }
  moveToBounced(db, batch, message, fact, category);
  const { address, contactId } = message;
  const detail = text.slice(0, MAX_REPLY);
  const counted = rules.countedAs(category, namesOwn(fact, message));
  if (counted !== undefined) {
    strike(
      db,
      { campaignId: fact.c, at: fact.at, detail, address, contactId, category: counted },
      rules,
    );
  }
}

/**
 * Applies a spam complaint: ends all of the contact's list memberships and suppresses the address in this workspace.
 */
export function applyComplaint(db: Connection, batch: Batch, fact: ComplaintFact): void {
  const message = findMessage(db, fact.c, fact.s);
  if (message === undefined) {
    batch.orphans += 1;
    return;
  }
  const kind = fact.kind
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "")
    .slice(0, 30);
  const before = keepReport(db, batch, message, fact, {
    action: "complaint",
    category: kind,
    rule: `${fact.via}_${kind}`,
  });
  if (before.complaints > 0) {
    batch.late += 1;
    return;
  }
  countEngagement(db, fact.c, fact.s, "complaint", fact.at);
  batch.counts.addTimed(fact.c, "complaint", fact.at);
  batch.engaged.add(fact.c);
  const source = `campaign:${fact.c}`;
  const said = { campaignId: fact.c, seq: fact.s };
  const { contactId = message.contactId, addresses } = resolveRecipient(db, said);
  const { at } = fact;
  keepErasedRefusal(db, message.contactId, "complaint", at);
  for (const address of addresses) {
    suppress(db, { address, reason: "complaint", source, detail: kind, at, expiresAt: null });
  }
  unsubscribeFromLists(db, contactId, source, at);
}

/** Stores a report and its event, unless there are too many already. @returns the counts before it. */
function keepReport(
  db: Connection,
  batch: Batch,
  message: MessageRow,
  fact: BounceFact | ComplaintFact,
  what: { action: "failed" | "delayed" | "complaint"; category: string; rule: string },
) {
  const { c: campaignId, s: seq, at, via } = fact;
  const before = reportsOf(db, campaignId, seq);
  const { action, category, rule } = what;
  const isFirst =
    (action === "failed" && before.failed === 0) ||
    (action === "complaint" && before.complaints === 0);
  if (before.total >= MAX_REPORTS && !isFirst) {
    return before;
  }
  const reply = fact.k === "bounce" ? fact.text.slice(0, MAX_REPLY) : "";
  const code = fact.k === "bounce" ? fact.code : 0;
  const enhanced = fact.k === "bounce" ? fact.enh.slice(0, 15) : "";
  const address = namesOwn(fact, message) ? "" : (fact.address ?? "").slice(0, 320);
  addReport(db, {
    ...{ campaignId, seq, at, via, action, category },
    ...{ code, enhanced, reply, address },
  });
  addEvent(db, {
    ...{ at, campaignId, seq, rule, contactId: message.contactId },
    kind: fact.k,
    linkNo: null,
    class: "unknown",
    ip: "",
    agentId: 0,
  });
  batch.engaged.add(campaignId);
  return before;
}

function moveToBounced(
  db: Connection,
  batch: Batch,
  message: MessageRow,
  fact: BounceFact,
  category: string,
): void {
  const { c: campaignId, s: seq, at } = fact;
  if (message.state !== messageState.sent) {
    if (message.state < messageState.sent) {
      markEarlyBounce(db, { campaignId, seq, category });
    }
    return;
  }
  const change = changeOf(db, batch, fact);
  if (change === undefined) {
    throw new Error(`message ${campaignId}/${seq} does not belong to a chunk`);
  }
  markBounced(db, { campaignId, seq, category, at });
  change.delta.sent -= 1;
  change.delta.bounced += 1;
  batch.counts.takeTimed(campaignId, "sent", message.changedAt ?? at);
  batch.counts.addTimed(campaignId, "bounced", at);
  batch.counts.add(campaignId, `category:${category}`);
  batch.touched.add(campaignId);
}

/** A message that has already bounced or was never attempted cannot bounce. */
function couldBounce({ state }: MessageRow): boolean {
  return state !== messageState.bounced && state !== messageState.skipped;
}

function isTooOld(message: MessageRow, at: number): boolean {
  return message.changedAt !== null && at - message.changedAt > MAX_AGE_MS;
}

function namesOwn(fact: { address?: string }, message: MessageRow): boolean {
  return (
    fact.address === undefined ||
    fact.address === "" ||
    fact.address.trim().toLowerCase() === message.address.toLowerCase()
  );
}
