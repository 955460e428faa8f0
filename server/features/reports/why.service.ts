import type { AudienceDefinition } from "../../delivery/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { isAddressFault, parseEmailAddress } from "../../platform/email-address.ts";
import { invalidField, notFound } from "../../platform/errors.ts";
import type { WhyAnswer } from "./reports.schema.ts";
import { findSuppression } from "./reports.store.ts";
import { findLaunch, findMemberships, findPerson, findSeq, type Membership } from "./why.store.ts";

/**
 * Why somebody is, or is not, among the recipients of a campaign; what became of their message is the
 * recipient's own page.
 *
 * @throws AppError `not_found` for the campaign, `invalid_input` for what is no address.
 */
export function whyInCampaign(db: Connection, campaignId: number, email: string): WhyAnswer {
  const launch = findLaunch(db, campaignId);
  if (launch === undefined) {
    throw notFound("campaign");
  }
  const read = parseEmailAddress(email);
  if (isAddressFault(read)) {
    throw invalidField("email", read.reason);
  }
  const { address } = read;
  const person = findPerson(db, address);
  const suppression = findSuppression(db, address) ?? null;
  const seq = person === undefined ? undefined : findSeq(db, person.contactId, campaignId);
  const base = {
    address,
    contactId: person?.contactId ?? null,
    seq: seq ?? null,
    suppression,
    launchedAt: launch.launchedAt,
  };
  if (person === undefined) {
    return { ...base, answer: "no_contact", included: [], excluded: [] };
  }
  const audience = JSON.parse(launch.audience) as AudienceDefinition;
  const memberships = findMemberships(db, person.contactId);
  const named = (ids: readonly number[]) =>
    memberships
      .filter(({ listId }) => ids.includes(listId))
      .map(({ listId, name, status }) => ({ listId, name, status }));
  const included = named(audience.includeLists);
  const excluded = named(audience.excludeLists).filter(({ status }) => status === "subscribed");
  const lists = { included, excluded };
  if (seq !== undefined) {
    return { ...base, ...lists, answer: "recipient" };
  }
  const context = { audience, memberships, launchedAt: launch.launchedAt };
  const answer =
    excluded.length > 0
      ? "excluded"
      : reasonOutside(context, person.createdAt, suppression?.createdAt);
  return { ...base, ...lists, answer };
}

type Context = {
  audience: AudienceDefinition;
  memberships: readonly Membership[];
  launchedAt: number | null;
};

/** In the order in which the audience is worked out. */
function reasonOutside(
  { audience, memberships, launchedAt }: Context,
  createdAt: number,
  suppressedAt: number | undefined,
): WhyAnswer["answer"] {
  if (launchedAt === null) {
    return "not_launched";
  }
  if (createdAt > launchedAt) {
    return "too_late";
  }
  const own = memberships.filter(({ listId }) => audience.includeLists.includes(listId));
  const subscribed = own.filter(({ status }) => status === "subscribed");
  const hasSegments = (audience.includeSegments ?? []).length > 0;
  if (!audience.everyone && subscribed.length === 0 && !hasSegments) {
    return own.length === 0 ? "on_no_list" : "not_subscribed";
  }
  if (suppressedAt !== undefined && suppressedAt <= launchedAt) {
    return "suppressed";
  }
  if (!audience.everyone && subscribed.every(({ changedAt }) => changedAt > launchedAt)) {
    return hasSegments ? "in_no_segment" : "subscribed_later";
  }
  return "left_out";
}
