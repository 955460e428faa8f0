import { mayLackRefusals } from "../../platform/db/damage.store.ts";
import type { Databases } from "../../platform/db/databases.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { AppError, because, invalidField, notFound, type Reason } from "../../platform/errors.ts";
import { cutPage, readPage } from "../../platform/http/cursor.ts";
import { spokenStatus } from "../../reasons/because.ts";
import { findSenderForCampaign } from "../domains/senders.service.ts";
import { findSendingMethod } from "../routes/route-groups.service.ts";
import { isSegment, segmentFault } from "../segments/segment-audience.service.ts";
import { readTemplate } from "../templates/templates.service.ts";
import {
  type Audience,
  audienceProblems,
  copyName,
  isTerminal,
  judgeSections,
  type Section,
  type SectionName,
  type SectionProblem,
} from "./campaigns.rules.ts";
import {
  type CampaignChange,
  type CampaignCreate,
  type CampaignView,
  MAX_NAME_CHARS,
} from "./campaigns.schema.ts";
import {
  addCampaign,
  type CampaignDocument,
  type CampaignRow,
  findCampaign,
  findMissingList,
  isNameTaken,
  listCampaignRows,
  markCampaignDeleted,
  replaceDocument,
} from "./campaigns.store.ts";

const emptyDocument: Omit<CampaignDocument, "name"> = {
  subject: "",
  preheader: "",
  senderId: null,
  replyTo: "",
  routeId: null,
  routeGroupId: null,
  spreadMinutes: null,
  onAmbiguous: "resend",
  bodyKind: "html",
  bodySource: "",
  textSource: null,
  audience: JSON.stringify({ everyone: false, includeLists: [], excludeLists: [] }),
  trackOpens: 1,
  trackClicks: 1,
};

/** A page of campaigns, newest first, with sent, open and click counts. */
export function listCampaigns(
  db: Connection,
  query: { q?: string; status?: string; cursor?: string; limit?: number },
) {
  const {
    limit,
    after: [before],
  } = readPage(query, [Number.MAX_SAFE_INTEGER]);
  const rows = listCampaignRows(db, {
    before,
    limit: limit + 1,
    status: query.status ?? "",
    pattern: query.q ? `%${query.q.replace(/[\\%_]/g, "\\$&")}%` : "",
  });
  return cutPage(rows.map(spokenStatus), limit, (row) => [row.id]);
}

/** Reads a stored campaign. @throws AppError `not_found`. */
export function requireCampaign(db: Connection, id: number): CampaignRow {
  const row = findCampaign(db, id);
  if (row === undefined) {
    throw notFound("campaign");
  }
  return row;
}

/**
 * Refuses to send more of a campaign whose sending method is deleted or disabled, or of a workspace that may have lost
 * unsubscribes and whose notice about that no administrator of the instance has read yet. The test inbox reaches
 * nobody.
 *
 * @throws AppError `illegal_state`.
 */
export function requireMaySend({ system }: Databases, db: Connection, row: CampaignRow): void {
  const method = findSendingMethod(db, row);
  if (!method?.enabled) {
    throw new AppError("illegal_state", because("way_unusable"));
  }
  if (method.kind !== "test_inbox" && mayLackRefusals(system, db.name)) {
    throw new AppError("illegal_state", because("refusals_lost"));
  }
}

/** Creates a draft, empty or from a template. @throws AppError `invalid_input`, `not_found` for the template. */
export function createCampaign(
  db: Connection,
  input: CampaignCreate,
  createdBy: string,
  now: number,
): CampaignRow {
  const { templateId, ...given } = input;
  const template = templateId === undefined ? undefined : readTemplate(db, templateId);
  const fromTemplate =
    template === undefined
      ? {}
      : { bodyKind: template.kind, bodySource: template.source, subject: template.subject };
  const document = merge(db, { ...emptyDocument, ...fromTemplate, name: "" }, given);
  return requireCampaign(db, addCampaign(db, { ...document, createdBy, now }));
}

/**
 * Saves the given properties of a campaign. Only drafts can be edited, except for the name.
 *
 * @param ifMatch The version that the client last read; undefined skips the check.
 * @throws AppError `stale_version` when someone else saved in the meantime; `illegal_state`; `invalid_input`.
 */
export function changeCampaign(
  db: Connection,
  id: number,
  change: CampaignChange,
  ifMatch: number | undefined,
  now: number,
): CampaignRow {
  const row = requireCampaign(db, id);
  if (ifMatch !== undefined && ifMatch !== row.version) {
    throw stale();
  }
  const editsContent = Object.keys(change).some((key) => key !== "name");
  if (editsContent && row.status !== "draft") {
    throw new AppError(
      "illegal_state",
      because(row.status === "scheduled" ? "campaign_is_scheduled" : "campaign_was_launched"),
    );
  }
  const document = merge(db, row, change);
  if (!replaceDocument(db, { ...document, id, version: row.version, status: row.status, now })) {
    throw stale();
  }
  return requireCampaign(db, id);
}

/** Creates a draft with the same content, audience, sender and sending method. @throws AppError `not_found`. */
export function duplicateCampaign(
  db: Connection,
  id: number,
  createdBy: string,
  now: number,
): CampaignRow {
  const row = requireCampaign(db, id);
  const name = copyName(row.name, MAX_NAME_CHARS, (one) => isNameTaken(db, one));
  return requireCampaign(db, addCampaign(db, { ...documentOf(row), name, createdBy, now }));
}

/**
 * Hides a draft or finished campaign at once; the job `campaign.purge` removes its rows later.
 *
 * @throws AppError `not_found`; `illegal_state` while it is scheduled or being sent.
 */
export function deleteCampaign(db: Connection, id: number, now: number): void {
  const { status } = requireCampaign(db, id);
  const isRemovable = status === "draft" || isTerminal(status);
  if (!isRemovable || !markCampaignDeleted(db, id, now)) {
    throw new AppError("illegal_state", because("campaign_not_removable"));
  }
}

/** The audience of a stored campaign. */
export function audienceOf(row: Pick<CampaignRow, "audience">): Audience {
  // Audiences stored before segments existed have no `segments`.
  const stored = JSON.parse(row.audience) as Partial<Audience>;
  return {
    everyone: stored.everyone === true,
    includeLists: stored.includeLists ?? [],
    excludeLists: stored.excludeLists ?? [],
    includeSegments: stored.includeSegments ?? [],
    excludeSegments: stored.excludeSegments ?? [],
  };
}

/** The records a campaign refers to, read together: sender, sending method and the problems of its segments. */
export type CampaignParts = {
  sender: ReturnType<typeof findSenderForCampaign>;
  sendingMethod: ReturnType<typeof findSendingMethod>;
  /** Why segments of the audience cannot be used, as sentences. */
  segmentFaults: readonly Reason[];
};

/** The sender and sending method of a campaign. */
export function sendingParts(
  db: Connection,
  row: CampaignRow,
): Omit<CampaignParts, "segmentFaults"> {
  const sender = row.senderId === null ? undefined : findSenderForCampaign(db, row.senderId);
  return { sender, sendingMethod: findSendingMethod(db, row) };
}

/** All data by which the sections of a campaign are checked. */
export function partsOf(db: Connection, row: CampaignRow): CampaignParts {
  return { ...sendingParts(db, row), segmentFaults: segmentFaults(db, audienceOf(row)) };
}

/**
 * The problems of each section that prevent sending.
 *
 * @param contentFaults Mistakes in its template that nothing else reports.
 * @param parts The records it refers to, if already read.
 */
export function sectionsOf(
  db: Connection,
  row: CampaignRow,
  contentFaults: readonly SectionProblem[],
  parts: CampaignParts = partsOf(db, row),
): Record<SectionName | "review", Section> {
  const sections = judgeSections({
    subject: row.subject,
    bodySource: row.bodySource,
    contentFaults,
    ...audienceFacts(db, row, parts.segmentFaults),
    sender: parts.sender,
    route: parts.sendingMethod,
  });
  const problems = Object.values(sections).flatMap((section) => section.problems);
  const review: Section = { state: problems.length === 0 ? "ready" : "needs_you", problems };
  return { ...sections, review };
}

/** Current problems of a campaign's audience. */
export function audienceProblemsNow(db: Connection, row: CampaignRow): SectionProblem[] {
  return audienceProblems(audienceFacts(db, row, segmentFaults(db, audienceOf(row))));
}

function audienceFacts(db: Connection, row: CampaignRow, segmentFaults: readonly Reason[]) {
  const audience = audienceOf(row);
  const lacksList = findMissingList(db, listsOf(audience)) !== undefined;
  return { audience, segmentFaults, lacksList };
}

/** A campaign as the API returns it. @param contentFaults As for `sectionsOf`. @param parts As for `sectionsOf`. */
export function viewOf(
  db: Connection,
  row: CampaignRow,
  contentFaults: readonly SectionProblem[],
  parts?: CampaignParts,
): CampaignView {
  const { createdBy: _, ...rest } = spokenStatus(row);
  return {
    ...rest,
    audience: audienceOf(row),
    trackOpens: row.trackOpens === 1,
    trackClicks: row.trackClicks === 1,
    sections: sectionsOf(db, row, contentFaults, parts),
  };
}

function documentOf(row: CampaignDocument): CampaignDocument {
  const { name, subject, preheader, senderId, replyTo, routeId } = row;
  const { routeGroupId, spreadMinutes, onAmbiguous } = row;
  const { bodyKind, bodySource, textSource, audience, trackOpens, trackClicks } = row;
  return {
    ...{ name, subject, preheader, senderId, replyTo, routeId },
    ...{ routeGroupId, spreadMinutes, onAmbiguous },
    ...{ bodyKind, bodySource, textSource, audience, trackOpens, trackClicks },
  };
}

function merge(db: Connection, before: CampaignDocument, change: CampaignChange): CampaignDocument {
  const { audience, trackOpens, trackClicks, ...rest } = change;
  refuseControls(change);
  refuseDangling(db, change, audienceOf(before));
  return {
    ...documentOf(before),
    ...rest,
    audience: audience === undefined ? before.audience : JSON.stringify(audience),
    trackOpens: Number(trackOpens ?? before.trackOpens),
    trackClicks: Number(trackClicks ?? before.trackClicks),
  };
}

// These become header fields, where a line break would start another header.
const headerFields = ["name", "subject", "preheader", "replyTo"] as const;

function refuseControls(change: CampaignChange): void {
  for (const field of headerFields) {
    if (/\p{Cc}/u.test(change[field] ?? "")) {
      throw invalidField(field, because("control_character"));
    }
  }
  const replyTo = change.replyTo ?? "";
  if (replyTo !== "" && !/^[^\s@<>,;:"]+@[^\s@<>,;:"]+\.[^\s@<>,;:"]+$/.test(replyTo)) {
    throw invalidField("replyTo", because("not_an_email"));
  }
}

function refuseDangling(db: Connection, change: CampaignChange, before: Audience): void {
  const { senderId, routeId, routeGroupId, audience } = change;
  if (typeof senderId === "number" && findSenderForCampaign(db, senderId) === undefined) {
    throw invalidField("senderId", because("not_a_sender"));
  }
  if (
    typeof routeId === "number" &&
    findSendingMethod(db, { routeId, routeGroupId: null }) === undefined
  ) {
    throw invalidField("routeId", because("not_a_route"));
  }
  const chosen = { routeId: null, routeGroupId: routeGroupId ?? null };
  if (typeof routeGroupId === "number" && findSendingMethod(db, chosen) === undefined) {
    throw invalidField("routeGroupId", because("not_a_route_group"));
  }
  if (audience !== undefined) {
    const { includeSegments = [], excludeSegments = [] } = audience;
    refuseUnknown(db, { ...audience, includeSegments, excludeSegments }, before);
  }
}

/**
 * A list or segment that the draft already named may have been deleted since. It is accepted until the author removes
 * it; only new references must exist.
 */
function refuseUnknown(db: Connection, audience: Audience, before: Audience): void {
  const newIn = (of: (audience: Audience) => number[]) => {
    const known = new Set(of(before));
    return of(audience).filter((id) => !known.has(id));
  };
  const list = findMissingList(db, newIn(listsOf));
  if (list !== undefined) {
    throw invalidField("audience", because("unknown_list", { list }));
  }
  const segment = newIn(segmentsOf).find((id) => !isSegment(db, id));
  if (segment !== undefined) {
    throw invalidField("audience", because("unknown_segment", { segment }));
  }
}

const listsOf = (audience: Audience): number[] => [
  ...audience.includeLists,
  ...audience.excludeLists,
];
const segmentsOf = (audience: Audience): number[] => [
  ...audience.includeSegments,
  ...audience.excludeSegments,
];

function segmentFaults(db: Connection, audience: Audience): Reason[] {
  return segmentsOf(audience).flatMap((id) => segmentFault(db, id) ?? []);
}

function stale(): AppError {
  return new AppError("stale_version", because("campaign_changed_meanwhile"));
}
