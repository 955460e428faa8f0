import type { AudienceDefinition, SegmentCondition } from "../../delivery/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { AppError } from "../../platform/errors.ts";
import type { Moment } from "./segment-dates.rules.ts";
import { audienceCondition, planOf } from "./segment-plan.service.ts";
import { askedOf, getSegment, requireSegment } from "./segments.service.ts";
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

/** Why a segment cannot be part of an audience now; undefined when it can. */
export function segmentFault(db: Connection, id: number): string | undefined {
  try {
    const { name, problems } = getSegment(db, id, "en");
    askedOf(requireSegment(db, id));
    return problems.length === 0
      ? undefined
      : `The segment "${name}" asks for something that was deleted; mend it first.`;
  } catch (error) {
    if (error instanceof AppError) {
      return error.code === "not_found" ? "A segment of it was deleted." : error.message;
    }
    throw error;
  }
}

/**
 * The audience with what its segments mean at this moment. Segments that have a fault are left out: the
 * campaign's section says so, and it cannot be launched with them.
 */
export function compileAudience(
  db: Connection,
  audience: StoredAudience,
  moment: Moment,
): AudienceDefinition {
  const compile = (ids: readonly number[], prefix: string): SegmentCondition[] =>
    ids
      .filter((id) => segmentFault(db, id) === undefined)
      .map((id) => {
        const asked = askedOf(requireSegment(db, id));
        return { id, ...audienceCondition(planOf(db, asked, moment, `${prefix}${id}`)) };
      });
  const { everyone, includeLists, excludeLists } = audience;
  return {
    everyone,
    includeLists,
    excludeLists,
    includeSegments: compile(audience.includeSegments, "in"),
    excludeSegments: compile(audience.excludeSegments, "ex"),
  };
}
