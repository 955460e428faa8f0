import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import type { Fact } from "../facts.ts";
import type { BounceRules, BreakerRules, ClassifyEngagement } from "../ports.ts";
import { holdsAmbiguous } from "../unknown-outcomes.store.ts";
import { applyBounce, applyComplaint } from "./apply-bounce.ts";
import { applyEngagement, applyUnsubscribe } from "./apply-engagement.ts";
import { applyRelease, applyResult, writeChunkChanges } from "./apply-result.ts";
import { checkBreaker } from "./breaker.ts";
import { Counts } from "./counts.store.ts";
import type { Batch, GatheredFact } from "./gathered.ts";
import { applyOnce } from "./position.store.ts";
import { settleCampaign } from "./settle.store.ts";

/** Decisions that applying facts needs from other stages, passed in because stages do not import each other. */
export type Rules = {
  classify: ClassifyEngagement;
  bounces: BounceRules;
  breaker: BreakerRules;
};

/** What a transaction changed, for observers of campaigns. */
export type Applied = {
  campaigns: number[];
  settled: { campaignId: number; status: "completed" | "paused" | "cancelled" }[];
  /** Campaigns that the breaker has just begun to pause. */
  pausing: number[];
  orphans: number;
  late: number;
  /** Number of results per state they move their message to. */
  outcomes: Record<string, number>;
};

/**
 * Applies facts of one workspace and advances its positions in one transaction. After a crash the facts are either
 * committed, and skipped when they are read again, or not committed, and applied then.
 */
export function applyBatch(
  db: Connection,
  candidates: readonly GatheredFact[],
  rules: Rules,
  now: number,
): Applied {
  return applyOnce(db, candidates, (items) =>
    applyFacts(
      db,
      items.map(({ fact }) => fact),
      rules,
      now,
    ),
  );
}

/** Applies facts that are not in a journal to one workspace, in one transaction. */
export function applyDirectly(
  db: Connection,
  facts: readonly Fact[],
  rules: Rules,
  now: number,
): Applied {
  return inTransaction(db, () => applyFacts(db, facts, rules, now));
}

function applyFacts(db: Connection, given: readonly Fact[], rules: Rules, now: number): Applied {
  const batch: Batch = {
    counts: new Counts(),
    chunks: new Map(),
    chunkRanges: new Map(),
    touched: new Set(),
    engaged: new Set(),
    orphans: 0,
    late: 0,
  };
  const facts = inKeyOrder(given.map((fact) => decided(db, fact)));
  for (const fact of facts) {
    applyFact(db, batch, fact, rules);
  }
  writeChunkChanges(db, batch);
  applyReleases(db, batch, facts);
  batch.counts.write(db);
  const campaigns = [...new Set([...batch.touched, ...batch.engaged])];
  const settled = settle(db, batch, now);
  return {
    campaigns,
    settled,
    pausing: campaigns.filter((id) => checkBreaker(db, id, rules.breaker, now)),
    orphans: batch.orphans,
    late: batch.late,
    outcomes: outcomesOf(facts),
  };
}

function applyFact(db: Connection, batch: Batch, fact: Fact, rules: Rules): void {
  switch (fact.k) {
    case "result":
      applyResult(db, batch, fact, rules.bounces);
      break;
    case "unsubscribe":
      applyUnsubscribe(db, batch, fact);
      break;
    case "bounce":
      applyBounce(db, batch, fact, rules.bounces);
      break;
    case "complaint":
      applyComplaint(db, batch, fact);
      break;
    case "open":
    case "click":
    case "view":
      applyEngagement(db, batch, fact, rules.classify);
      break;
    case "release":
    case "dot":
    case "undot":
      // Releases are applied after all results. The ingester itself handles dots.
      break;
  }
}

// Releases come last because they read the rows that the results of the same chunk have just changed. A chunk cannot be
// claimed again before its release is committed, so no result of a later lease can precede it.
function applyReleases(db: Connection, batch: Batch, facts: readonly Fact[]): void {
  for (const fact of facts) {
    if (fact.k === "release") {
      applyRelease(db, batch, fact);
    }
  }
}

/**
 * Sorts by campaign and seq, so that a transaction dirties neighbouring pages. Facts of one message keep their order.
 */
function inKeyOrder(facts: Fact[]): Fact[] {
  return facts.sort((a, b) => a.c - b.c || seqOf(a) - seqOf(b));
}

/**
 * Holds an ambiguous message if the campaign's setting says so now. The thread that recorded the result may not have
 * known the setting: the workspace may have been set aside or not loaded yet, or delivery may have changed it since.
 */
function decided(db: Connection, fact: Fact): Fact {
  const waits = fact.k === "result" && fact.oc === "ambiguous" && fact.st === "deferred";
  const isHeld = waits && holdsAmbiguous(db, fact.c);
  return isHeld ? { ...fact, st: "held" } : fact;
}

function outcomesOf(facts: readonly Fact[]): Record<string, number> {
  const outcomes: Record<string, number> = {};
  for (const fact of facts) {
    if (fact.k === "result") {
      outcomes[fact.st] = (outcomes[fact.st] ?? 0) + 1;
    }
  }
  return outcomes;
}

function seqOf(fact: Fact): number {
  return fact.k === "release" ? 0 : fact.s;
}

function settle(db: Connection, batch: Batch, now: number): Applied["settled"] {
  const settled: Applied["settled"] = [];
  for (const campaignId of batch.touched) {
    const status = settleCampaign(db, campaignId, now);
    if (status !== undefined) {
      settled.push({ campaignId, status });
    }
  }
  return settled;
}
