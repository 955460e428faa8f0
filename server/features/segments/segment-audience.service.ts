import type { AudienceDefinition, SegmentCondition } from "../../delivery/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { AppError, because, type Reason, reasonWith } from "../../platform/errors.ts";
import type { Moment } from "./segment-dates.rules.ts";
import { type Asked, audienceCondition, planOf } from "./segment-plan.ts";
import { askedOf, isSound } from "./segments.service.ts";
import { findSegment } from "./segments.store.ts";

/** An audience as a campaign stores it. */
export type StoredAudience = {
  everyone: boolean;
  includeLists: number[];
  excludeLists: number[];
  includeSegments: number[];
  excludeSegments: number[];
};

export const isSegment = (db: Connection, id: number): boolean => findSegment(db, id) !== undefined;

/** A segment for use in an audience: its condition, or why it cannot be used now. */
type Judged = { id: number; asked: Asked } | { id: number; fault: Reason };

/** Checks a segment. Reads its row once, and what its rule refers to. */
function judge(db: Connection, id: number): Judged {
  const row = findSegment(db, id);
  if (row === undefined) {
    return { id, fault: because("segment_deleted") };
  }
  if (!isSound(db, row)) {
    const fault = because("segment_asks_deleted", { segment: row.name });
    return { id, fault };
  }
  try {
    return { id, asked: askedOf(row) };
  } catch (error) {
    if (error instanceof AppError && error.reason !== undefined) {
      return { id, fault: reasonWith(error.reason) };
    }
    throw error;
  }
}

/** Why a segment cannot be part of an audience now; undefined when it can. */
export function segmentFault(db: Connection, id: number): Reason | undefined {
  const judged = judge(db, id);
  return "fault" in judged ? judged.fault : undefined;
}

/**
 * The audience with its segments compiled as of now, and why some cannot be used. Those are left out: the campaign's
 * section reports them, and it cannot be launched with them.
 */
export function compileAudience(
  db: Connection,
  audience: StoredAudience,
  moment: Moment,
): { audience: AudienceDefinition; faults: Reason[] } {
  const faults: Reason[] = [];
  const compile = (ids: readonly number[], prefix: string): SegmentCondition[] =>
    ids.flatMap((id) => {
      const judged = judge(db, id);
      if ("fault" in judged) {
        faults.push(judged.fault);
        return [];
      }
      const condition = audienceCondition(planOf(db, judged.asked, moment, `${prefix}${id}`));
      return [{ id, ...condition }];
    });
  const { everyone, includeLists, excludeLists } = audience;
  const includeSegments = compile(audience.includeSegments, "in");
  const excludeSegments = compile(audience.excludeSegments, "ex");
  return {
    audience: { everyone, includeLists, excludeLists, includeSegments, excludeSegments },
    faults,
  };
}
