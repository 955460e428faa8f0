import { because, type Reason } from "../../platform/errors.ts";
import { asFault, type DescribedFault, described } from "./launch-faults.rules.ts";

/** The statuses that a campaign can have. */
export const campaignStatuses = [
  "draft",
  "scheduled",
  "preparing",
  "sending",
  "pausing",
  "paused",
  "cancelling",
  "cancelled",
  "completed",
] as const;
export type CampaignStatus = (typeof campaignStatuses)[number];

type Move = { from: readonly CampaignStatus[]; to: CampaignStatus };

/**
 * All legal transitions by cause. `prepare` freezes content and audience; `start` follows when all message rows
 * exist; delivery reports `paused`, `cancelled` and `complete` when nothing is in flight (`complete` from `preparing`
 * when the audience turned out to be empty).
 */
export const campaignMoves = {
  schedule: { from: ["draft"], to: "scheduled" },
  unschedule: { from: ["scheduled"], to: "draft" },
  prepare: { from: ["draft", "scheduled"], to: "preparing" },
  start: { from: ["preparing"], to: "sending" },
  pause: { from: ["sending"], to: "pausing" },
  paused: { from: ["pausing"], to: "paused" },
  resume: { from: ["paused"], to: "sending" },
  cancel: { from: ["scheduled", "preparing", "sending", "pausing", "paused"], to: "cancelling" },
  cancelled: { from: ["cancelling"], to: "cancelled" },
  complete: { from: ["preparing", "sending", "pausing"], to: "completed" },
} as const satisfies Record<string, Move>;
export type CampaignMove = keyof typeof campaignMoves;

/** The status that `move` leads to from `status`, or undefined when the move is not allowed. */
export function nextStatus(status: CampaignStatus, move: CampaignMove): CampaignStatus | undefined {
  const { from, to }: Move = campaignMoves[move];
  return from.includes(status) ? to : undefined;
}

/** True when the campaign has reached a final status. */
export function isTerminal(status: CampaignStatus): boolean {
  return status === "cancelled" || status === "completed";
}

/**
 * The audience of a campaign: everyone, or the contacts of any included list or segment, without the contacts of an
 * excluded one.
 */
export type Audience = {
  everyone: boolean;
  includeLists: number[];
  excludeLists: number[];
  includeSegments: number[];
  excludeSegments: number[];
};

/** The parts of a campaign's page that must be in order before it can be sent. */
export type SectionName = "content" | "audience" | "sender";
export type SectionProblem = DescribedFault & { field: string };
export type Section = { state: "ready" | "needs_you"; problems: SectionProblem[] };

/** The data by which the sections are checked. */
export type SectionFacts = {
  subject: string;
  bodySource: string;
  /** Mistakes in the template, as far as it was compiled. */
  contentFaults: readonly SectionProblem[];
  audience: Audience;
  /** Why segments of the audience cannot be used. */
  segmentFaults: readonly Reason[];
  /** True when a list of the audience was deleted. */
  lacksList: boolean;
  sender: { testOnly: boolean } | undefined;
  route:
    | { kind: "relay" | "direct" | "test_inbox"; enabled: boolean; isLocal: boolean }
    | undefined;
};

/** The status and problems of each section. */
export function judgeSections(facts: SectionFacts): Record<SectionName, Section> {
  return {
    content: section(contentProblems(facts)),
    audience: section(audienceProblems(facts)),
    sender: section(senderProblems(facts)),
  };
}

const section = (problems: SectionProblem[]): Section => ({
  state: problems.length === 0 ? "ready" : "needs_you",
  problems,
});

function contentProblems(facts: SectionFacts): SectionProblem[] {
  const { subject, bodySource, contentFaults } = facts;
  const problems: SectionProblem[] = [];
  if (subject.trim() === "") {
    problems.push({ ...described({ code: "no_subject" }), field: "subject" });
  }
  if (bodySource.trim() === "") {
    problems.push({ ...described({ code: "no_body" }), field: "bodySource" });
  }
  return [...problems, ...contentFaults];
}

type TemplateProblem = { where: string; message: string; line?: number; column?: number };

const fieldOfPart: Record<string, string> = {
  subject: "subject",
  preheader: "preheader",
  text: "textSource",
};

/** Turns a mistake in a template into a problem of its section. */
export function templateFault(problem: TemplateProblem): SectionProblem {
  const field = fieldOfPart[problem.where] ?? "bodySource";
  return { ...asFault(templateMistake(problem)), field };
}

/** Why a mistake in the template refuses a launch. */
export function templateMistake(problem: TemplateProblem): Reason {
  return because("template_error", { mistake: templateSentence(problem) });
}

/** What is wrong with a template, and where. */
export function templateSentence({ message, line, column }: TemplateProblem): string {
  if (line === undefined) {
    return message;
  }
  return `${message} (line ${line}${column === undefined ? "" : `, column ${column}`})`;
}

/** Reported when the content could not be compiled in time: unchecked content never counts as ready. */
export const contentUnchecked: SectionProblem = {
  ...described({ code: "content_unchecked" }),
  field: "bodySource",
};

/** True when the body has a visible unsubscribe link. */
export function hasUnsubscribeLink(bodySource: string): boolean {
  return /\{\{-?\s*(unsubscribe_url|preferences_url)\b/.test(bodySource);
}

/** Problems of a campaign's audience. */
export function audienceProblems(
  facts: Pick<SectionFacts, "audience" | "segmentFaults" | "lacksList">,
): SectionProblem[] {
  const { audience, segmentFaults, lacksList } = facts;
  const faults: SectionProblem[] = segmentFaults.map((why) => ({
    ...asFault(why),
    field: "audience",
  }));
  if (lacksList) {
    // Excluded lists count too: if one was deleted, its people would get the campaign.
    faults.unshift({ ...described({ code: "list_deleted" }), field: "audience" });
  }
  const named = audience.includeLists.length + audience.includeSegments.length;
  return audience.everyone || named > 0
    ? faults
    : [{ ...described({ code: "no_audience" }), field: "audience" }, ...faults];
}

function senderProblems({ sender, route }: SectionFacts): SectionProblem[] {
  const problems: SectionProblem[] = [];
  if (sender === undefined) {
    problems.push({ ...described({ code: "no_sender" }), field: "senderId" });
  }
  if (route === undefined) {
    problems.push({ ...described({ code: "no_route" }), field: "routeId" });
  } else if (!route.enabled) {
    problems.push({ ...described({ code: "route_disabled" }), field: "routeId" });
  }
  if (sender?.testOnly && route && route.kind !== "test_inbox" && !route.isLocal) {
    problems.push({ ...described({ code: "sender_test_only" }), field: "senderId" });
  }
  return problems;
}

/**
 * An unused name for a copy, within the length limit: "May news (2)", even when the original already ends in a number.
 */
export function copyName(
  name: string,
  maxChars: number,
  isTaken: (name: string) => boolean,
): string {
  const stem = name.replace(/ \(\d{1,6}\)$/, "");
  for (let n = 2; ; n++) {
    const suffix = ` (${n})`;
    const copy = `${stem.slice(0, maxChars - suffix.length)}${suffix}`;
    if (!isTaken(copy)) {
      return copy;
    }
  }
}

/**
 * The instant of a wall-clock time in a zone. A time that the clocks skip moves forward by as much; one
 * that they repeat means the first (RFC 5545 §3.3.5).
 *
 * @param localTime `2026-11-30T09:00`
 * @param timeZone IANA name
 * @returns Unix ms, or undefined when either cannot be understood.
 */
export function instantOf(localTime: string, timeZone: string): number | undefined {
  try {
    return Temporal.PlainDateTime.from(localTime).toZonedDateTime(timeZone, {
      disambiguation: "compatible",
    }).epochMilliseconds;
  } catch {
    return undefined;
  }
}
