import type { Connection } from "../../platform/db/driver.ts";
import type { EngagementFact, UnsubscribeFact } from "../facts.ts";
import { keepErasedRefusal, presentContact, resolveRecipient } from "../person.store.ts";
import type { ClassifyEngagement } from "../ports.ts";
import { messageState } from "../types.ts";
import { addWithdrawal } from "./consent.store.ts";
import { addEvent, agentId, countEngagement, countLink, linksInBurst } from "./engagement.store.ts";
import type { Batch } from "./gathered.ts";
import { findMessage, suppress, unsubscribeFromLists } from "./results.store.ts";

/** Stores an open, click or view with its class, and counts it. A fact without a message is counted as an orphan. */
export function applyEngagement(
  db: Connection,
  batch: Batch,
  fact: EngagementFact,
  classify: ClassifyEngagement,
): void {
  const message = findMessage(db, fact.c, fact.s);
  if (message === undefined) {
    batch.orphans += 1;
    return;
  }
  const linkNo = fact.k === "click" ? (fact.link ?? null) : null;
  const wasSent = message.state === messageState.sent && message.changedAt !== null;
  const { class: kind, rule } = classify({
    kind: fact.k,
    userAgent: fact.ua,
    hint: fact.hint,
    sinceSentMs: wasSent ? fact.at - (message.changedAt ?? 0) : undefined,
    linksInBurst: linkNo === null ? 1 : linksInBurst(db, fact.c, fact.s, linkNo, fact.at),
  });
  addEvent(db, {
    at: fact.at,
    kind: fact.k,
    campaignId: fact.c,
    seq: fact.s,
    contactId: presentContact(db, message.contactId),
    linkNo,
    class: kind,
    rule,
    ip: fact.ip,
    agentId: agentId(db, fact.ua),
  });
  // Unclear requests must not inflate the figures: only class `human` counts as a person.
  const group = kind === "human" ? "human" : "machine";
  countOnce(db, batch, fact, `${fact.k}_${group}`);
  if (linkNo !== null) {
    const isFirst = countEngagement(db, fact.c, fact.s, `click_${group}:${linkNo}`, fact.at);
    countLink(db, fact.c, linkNo, group, isFirst);
  }
}

/**
 * Unsubscribes the contact: suppresses the address in this workspace and ends every list membership. Applying it again
 * only adds another event.
 */
export function applyUnsubscribe(db: Connection, batch: Batch, fact: UnsubscribeFact): void {
  const message = findMessage(db, fact.c, fact.s);
  const said = { campaignId: fact.c, seq: fact.s, contactId: fact.ct, address: fact.a };
  const { contactId, addresses } = resolveRecipient(db, said);
  if (contactId === undefined) {
    batch.orphans += 1;
    return;
  }
  const erasedId = message?.contactId ?? fact.ct;
  if (erasedId !== undefined) {
    keepErasedRefusal(db, erasedId, "unsubscribed", fact.at);
  }
  if (addresses.length === 0) {
    return;
  }
  const { via: detail, at, ip, ua: userAgent } = fact;
  const source = fact.c === 0 ? "preferences" : `campaign:${fact.c}`;
  for (const address of addresses) {
    addWithdrawal(db, { at, contactId, address, source, ip, userAgent, detail });
    suppress(db, { address, reason: "unsubscribed", source, detail, at, expiresAt: null });
  }
  unsubscribeFromLists(db, contactId, source, fact.at);
  if (message === undefined) {
    return;
  }
  addEvent(db, {
    at: fact.at,
    kind: "unsubscribe",
    campaignId: fact.c,
    seq: fact.s,
    contactId,
    linkNo: null,
    class: "human",
    rule: `unsubscribe_${fact.via}`,
    ip: fact.ip,
    agentId: agentId(db, fact.ua),
  });
  countOnce(db, batch, fact, "unsubscribe");
}

function countOnce(
  db: Connection,
  batch: Batch,
  fact: EngagementFact | UnsubscribeFact,
  metric: string,
): void {
  const isFirst = countEngagement(db, fact.c, fact.s, metric, fact.at);
  batch.counts.addTimed(fact.c, metric, fact.at);
  if (isFirst) {
    batch.counts.addTimed(fact.c, `${metric}_unique`, fact.at);
  }
  batch.engaged.add(fact.c);
}
