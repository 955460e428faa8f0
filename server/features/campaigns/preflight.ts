import {
  type AudienceDefinition,
  audienceStamp,
  startedBefore,
  type Waterfall,
} from "../../delivery/index.ts";
import type { Clock } from "../../platform/clock.ts";
import { mayLackRefusals } from "../../platform/db/damage.store.ts";
import { lostAt, refreshDomain } from "../domains/domains.service.ts";
import type { CampaignEngine, DnsLookup } from "../ports.ts";
import { routeOrigins } from "../routes/routes.service.ts";
import { compileAudience } from "../segments/segment-audience.service.ts";
import { workspaceFacts } from "../templates/message-scope.service.ts";
import { type BuiltContent, type ContentContext, contentOf } from "./campaign-content.service.ts";
import type { Preflight } from "./campaigns.schema.ts";
import { audienceOf, type CampaignParts, sectionsOf, sendingParts } from "./campaigns.service.ts";
import type { CampaignRow } from "./campaigns.store.ts";
import { preflightChecks } from "./preflight.rules.ts";
import type { WaterfallMemory } from "./waterfall-memory.ts";

export type PreflightDeps = ContentContext & {
  engine: CampaignEngine;
  dns: DnsLookup;
  clock: Clock;
  /** Set when a person views the checks. The counts may then come from the cache; a launch always counts again. */
  counted?: { memory: WaterfallMemory; anew: boolean };
};

const MINUTE_MS = 60_000;
const DOMAIN_CHECK_MAX_AGE_MS = 10 * 60_000;

/** What a launch needs: the checks and the data they are based on. */
export type PreflightResult = {
  built: BuiltContent;
  audience: AudienceDefinition;
  parts: CampaignParts;
  preflight: Preflight;
};

/**
 * Compiles the campaign, counts its audience with the same code that freezes it, and reports what would prevent or harm
 * the send. The only change it makes is to check the sending domain again when the last check is older than ten
 * minutes, so that a key removed from the DNS is noticed before the first message.
 *
 * @param lane Which rendering queue to use, so that launches and editing do not delay each other.
 * @throws the errors of `contentOf`.
 */
export async function runPreflight(
  deps: PreflightDeps,
  row: CampaignRow,
  lane: "editing" | "sending" = "editing",
): Promise<PreflightResult> {
  // Checked first, because the content takes its host names from the verified records of the domain.
  const open = () => deps.databases.workspace(deps.workspaceId);
  const before = sendingParts(open(), row);
  const isNewVerdict = await refreshSendingDomain(deps, before);
  const sending = isNewVerdict ? sendingParts(open(), row) : before;
  const built = await contentOf(deps, row, { lane, sending });
  const { content, problems } = built;
  const { audience, faults } = compileAudience(open(), audienceOf(row), {
    now: momentOf(deps),
    timeZone: workspaceFacts(deps.databases.system, deps.workspaceId).timeZone,
  });
  const waterfall = await countOf(deps, audience);
  const db = open();
  const { sender, sendingMethod: route } = sending;
  const parts = { ...sending, segmentFaults: faults };
  const checks = preflightChecks({
    // Mistakes in the content are in `problems`, so none are passed here.
    sections: sectionsOf(db, row, [], parts),
    problems,
    bodySource: row.bodySource,
    textSource: row.textSource,
    html: content.html,
    text: content.text,
    publicUrl: deps.publicUrl,
    postalAddress: content.workspace.postalAddress,
    willGetIt: waterfall.recipients,
    startedBefore: startedBefore(deps.databases.system, {
      workspaceId: deps.workspaceId,
      campaignId: row.id,
      createdAt: row.createdAt,
    }),
    mayLackRefusals: mayLackRefusals(deps.databases.system, db.name),
    sender: sender && { ...sender, domainLostAt: lostAt(db, sender.domainId) },
    route,
  });
  const preflight = {
    waterfall,
    checks,
    canSend: checks.every((check) => check.severity !== "error"),
    htmlBytes: Buffer.byteLength(content.html),
  };
  return { built, audience, parts, preflight };
}

/**
 * Rounded to the minute for viewers. Otherwise a segment such as "in the last seven days" would differ at each request
 * and never be found in the cache.
 */
function momentOf({ clock, counted }: PreflightDeps): number {
  const now = clock();
  return counted === undefined ? now : now - (now % MINUTE_MS);
}

async function countOf(deps: PreflightDeps, audience: AudienceDefinition): Promise<Waterfall> {
  const { engine, workspaceId, counted } = deps;
  if (counted === undefined) {
    return await engine.waterfall(workspaceId, audience);
  }
  const stamp = audienceStamp(deps.databases.workspace(workspaceId));
  const asked = { workspaceId, audience, stamp, anew: counted.anew };
  return await counted.memory.count(engine.waterfall, asked);
}

/** True when the domain was checked, after which its verification status may have changed. */
async function refreshSendingDomain(
  deps: PreflightDeps,
  { sender, sendingMethod: route }: Pick<CampaignParts, "sender" | "sendingMethod">,
): Promise<boolean> {
  if (
    route === undefined ||
    route.kind === "test_inbox" ||
    typeof sender?.domainId !== "number" ||
    sender.testOnly
  ) {
    return false;
  }
  return await refreshDomain(
    () => deps.databases.workspace(deps.workspaceId),
    deps.dns,
    {
      id: sender.domainId,
      place: {
        system: deps.databases.system,
        publicUrl: deps.publicUrl,
        routeOrigins,
        workspaceId: deps.workspaceId,
      },
      maxAgeMs: DOMAIN_CHECK_MAX_AGE_MS,
    },
    deps.clock(),
  );
}
