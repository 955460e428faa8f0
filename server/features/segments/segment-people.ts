import type { Clock } from "../../platform/clock.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { contactsByIds } from "../contacts/contacts.service.ts";
import type { TaskContext } from "../tasks/tasks.service.ts";
import type { SegmentReads } from "./segment-read.service.ts";
import type { Language } from "./segment-words.rules.ts";
import {
  askedOf,
  inWords,
  keepCount,
  prepareIndexes,
  requireRule,
  requireSegment,
} from "./segments.service.ts";

/**
 * What counting and listing contacts depend on. `open` returns the workspace's connection and is called after each
 * wait.
 */
export type PeopleContext = {
  open: () => Connection;
  reads: SegmentReads;
  workspaceId: string;
  timeZone: string;
  clock: Clock;
};

/**
 * Counts a rule, saved or not, and returns some of the matching contacts.
 *
 * @throws AppError `invalid_input` with the faults of the rule; `unavailable` when it takes too long.
 */
export async function countRule(
  people: PeopleContext,
  context: TaskContext,
  { rule: input, language }: { rule: unknown; language: Language },
  signal?: AbortSignal,
) {
  const rule = requireRule(people.open(), input);
  const indexing = prepareIndexes(context, rule);
  const words = inWords(people.open(), rule, language);
  const counted = await people.reads.count(request(people, { rule }), signal);
  const sample = contactsByIds(people.open(), counted.sample, people.clock());
  return { count: counted.count, sample, words, tookMs: counted.tookMs, indexing };
}

/** Counts a saved segment and stores the number. @throws AppError */
export async function countSegment(people: PeopleContext, id: number, signal?: AbortSignal) {
  const row = requireSegment(people.open(), id);
  const { count } = await people.reads.count(request(people, askedOf(row)), signal);
  const countedAt = people.clock();
  keepCount(people.open(), row, count, countedAt);
  return { count, countedAt };
}

/** The contacts of a segment with the highest ids below `before`. @throws AppError */
export async function membersOf(
  people: PeopleContext,
  id: number,
  page: { before: number; limit: number },
) {
  const row = requireSegment(people.open(), id);
  const { ids } = await people.reads.page({ ...request(people, askedOf(row)), ...page });
  return contactsByIds(people.open(), ids, people.clock());
}

function request(
  { workspaceId, timeZone, clock }: PeopleContext,
  asked: Parameters<SegmentReads["count"]>[0]["asked"],
) {
  return { workspaceId, asked, moment: { now: clock(), timeZone } };
}
