import { type AudienceDefinition, blockList } from "../../delivery/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { isAddressFault, parseEmailAddress } from "../../platform/email-address.ts";
import { invalidField, notFound } from "../../platform/errors.ts";
import { explainSegments, type SegmentVerdict } from "../segments/segment-explain.service.ts";
import type { WhyAnswer } from "./reports.schema.ts";
import { findSuppression } from "./reports.store.ts";
import {
  findLaunch,
  findMemberships,
  findMoved,
  findPerson,
  findSeq,
  type Membership,
  type Person,
} from "./why.store.ts";

export type WhyContext = {
  db: Connection;
  system: Connection;
  /** The workspace's time zone, which defines the days of "in the last 7 days". */
  timeZone: string;
  language: "en" | "de";
  now: number;
};

/**
 * Explains why somebody is or is not a recipient of a campaign. What happened to their message is shown on the
 * recipient's own page. The frozen conditions of segments are evaluated with today's data.
 *
 * @throws AppError `not_found` for the campaign, `invalid_input` for a malformed address.
 */
export function whyInCampaign(context: WhyContext, campaignId: number, email: string): WhyAnswer {
  const { db, timeZone, language } = context;
  const launch = findLaunch(db, campaignId);
  if (launch === undefined) {
    throw notFound("campaign");
  }
  const read = parseEmailAddress(email);
  if (isAddressFault(read)) {
    throw invalidField("email", read.why);
  }
  const { address } = read;
  const { launchedAt } = launch;
  const person = findPerson(db, address);
  const moved = person === undefined ? findMoved(db, address, campaignId) : undefined;
  const suppression = findSuppression(db, address) ?? null;
  const seq = person === undefined ? moved?.seq : findSeq(db, person.contactId, campaignId);
  const base = {
    ...{ address, suppression, launchedAt, seq: seq ?? null },
    contactId: person?.contactId ?? moved?.contactId ?? null,
    pausedUntil: person?.pausedUntil ?? null,
  };
  if (person === undefined) {
    const answer = base.seq === null ? (moved?.why ?? "no_contact") : "recipient";
    return { ...base, answer, included: [], excluded: [], segments: [] };
  }
  const audience = JSON.parse(launch.audience) as AudienceDefinition;
  const memberships = findMemberships(db, person.contactId);
  const lists = listsOf(audience, memberships);
  // Before the launch only the segment's id is stored, not its condition.
  const segments =
    launchedAt === null
      ? []
      : explainSegments(db, audience, person.contactId, { now: launchedAt, timeZone }, language);
  const found = { ...base, ...lists, segments };
  if (seq !== undefined) {
    return { ...found, answer: "recipient" };
  }
  const blocked = () => blockList(context.system, db, context.now)(address);
  const facts = { audience, memberships, launchedAt, segments, person, suppression, blocked };
  return { ...found, answer: lists.excluded.length > 0 ? "excluded" : reasonOutside(facts) };
}

function listsOf(audience: AudienceDefinition, memberships: readonly Membership[]) {
  const named = (ids: readonly number[]) =>
    memberships
      .filter(({ listId }) => ids.includes(listId))
      .map(({ listId, name, status }) => ({ listId, name, status }));
  return {
    included: named(audience.includeLists),
    excluded: named(audience.excludeLists).filter(({ status }) => status !== "unsubscribed"),
  };
}

type Facts = {
  audience: AudienceDefinition;
  memberships: readonly Membership[];
  launchedAt: number | null;
  segments: readonly SegmentVerdict[];
  person: Person;
  suppression: { createdAt: number } | null;
  blocked: () => string | undefined;
};

/** Reasons are checked in the order in which the audience is computed. */
function reasonOutside(facts: Facts): WhyAnswer["answer"] {
  const { audience, memberships, launchedAt, segments, person, suppression } = facts;
  if (launchedAt === null) {
    return "not_launched";
  }
  if (person.createdAt > launchedAt) {
    return "too_late";
  }
  const own = memberships.filter(({ listId }) => audience.includeLists.includes(listId));
  const subscribed = own.filter(({ status }) => status === "subscribed");
  const included = segments.filter(({ role }) => role === "include");
  const isChosen = subscribed.length > 0 || included.some(({ matches }) => matches);
  if (segments.some(({ role, matches }) => role === "exclude" && matches)) {
    return "in_excluded_segment";
  }
  if (audience.everyone !== true && !isChosen) {
    return outsideOf(own, included);
  }
  if (suppression !== null && suppression.createdAt <= launchedAt) {
    return "suppressed";
  }
  if (facts.blocked() !== undefined) {
    return "blocked";
  }
  if (person.erasureAt !== null && person.erasureAt <= launchedAt) {
    return "suppressed_erasure";
  }
  const isLate = subscribed.every(({ changedAt }) => changedAt > launchedAt);
  if (audience.everyone !== true && included.length === 0 && isLate) {
    return "subscribed_later";
  }
  return leftOut(facts, launchedAt, included.length > 0 || audience.everyone === true);
}

function outsideOf(own: readonly Membership[], included: readonly SegmentVerdict[]) {
  if (included.length > 0) {
    return "in_no_segment";
  }
  if (own.length === 0) {
    return "on_no_list";
  }
  return own.some(({ status }) => status === "unsubscribed") ? "left_list" : "unconfirmed";
}

/** Explains why a contact that matches the audience is not among its recipients. */
function leftOut(
  { memberships, person }: Facts,
  launchedAt: number,
  isBeyondLists: boolean,
): WhyAnswer["answer"] {
  const isSubscribed = memberships.some(({ status }) => status === "subscribed");
  if (isBeyondLists && memberships.length > 0 && !isSubscribed) {
    return "left_all_lists";
  }
  if ((person.pausedUntil ?? 0) > launchedAt) {
    return "paused";
  }
  return person.isUnmailable === 1 ? "invalid" : "left_out";
}
