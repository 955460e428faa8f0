import { isAddressFault, parseEmailAddress } from "../../platform/email-address.ts";
import { AppError, because, invalidField, invalidFields } from "../../platform/errors.ts";
import type { KeyRing } from "../../platform/secrets.ts";
import { loadDkimKey } from "../domains/domains.service.ts";
import type { CampaignEngine } from "../ports.ts";
import { outcomeInWords, type TestAnswer } from "../routes/route-check.service.ts";
import { loadRouteMembers } from "../routes/routes.service.ts";
import { singleMailProblem } from "../suppressions/suppressions.service.ts";
import { type ContactChoice, contactFor } from "../templates/message-scope.service.ts";
import { isMemberAddress } from "../users/users.service.ts";
import { type ContentContext, contentOf } from "./campaign-content.service.ts";
import { requireCampaign } from "./campaigns.service.ts";

export type TestSendDeps = { engine: CampaignEngine; keyRing: KeyRing; inboxPort: number };
export type TestSendInput = { campaignId: number; to: string[] } & ContactChoice;
export type TestSendResult = { to: string } & TestAnswer;

/**
 * Sends the current campaign to a few addresses, by its own sending method and signature, filled with a contact's
 * values. The subject is marked and nothing is tracked. No message rows are created.
 *
 * @throws AppError `invalid_input` for a malformed address, or one to which nothing may be sent (nothing is sent then);
 * `illegal_state` when the sender or the sending method is missing or the template has a mistake. A refusal by the
 * server is part of the result.
 */
export async function sendTest(
  context: ContentContext,
  deps: TestSendDeps,
  input: TestSendInput,
  now: number,
): Promise<TestSendResult[]> {
  const addresses = input.to.map((to, index) => requireAddress(to, `to.${index}`));
  requireAllowed(context, addresses, now);
  const campaign = requireCampaign(
    context.databases.workspace(context.workspaceId),
    input.campaignId,
  );
  const { row, content, problems } = await contentOf(context, campaign);
  const mistake = problems.find((problem) => problem.severity === "error");
  if (mistake !== undefined) {
    throw new AppError("illegal_state", because("template_error", { mistake: mistake.message }));
  }
  const { workspaceId, databases } = context;
  const db = databases.workspace(workspaceId);
  const chosen = { routeId: row.routeId, groupId: row.routeGroupId };
  const [member] = loadRouteMembers(db, { workspaceId, ...deps }, chosen);
  if (row.senderId === null || member === undefined) {
    throw new AppError("illegal_state", because("test_needs_sender"));
  }
  const message = {
    workspaceId,
    route: member.route,
    dkim: loadDkimKey(db, deps.keyRing, content.domain),
    content: {
      ...content,
      subject: `[Test] ${content.subject}`,
      trackOpens: false,
      trackClicks: false,
    },
    contact: contactFor(db, input),
  };
  return await Promise.all(
    addresses.map(async (to) => {
      const outcome = await deps.engine.sendOne({ ...message, to });
      return { to, ...outcomeInWords(outcome) };
    }),
  );
}

function requireAllowed(
  { databases, workspaceId }: ContentContext,
  addresses: readonly string[],
  now: number,
): void {
  const { system } = databases;
  const db = databases.workspace(workspaceId);
  const [first, ...more] = addresses.flatMap((address, index) => {
    const isMember = isMemberAddress(system, workspaceId, address);
    return singleMailProblem({ db, system, address, isMember, now }, `to.${index}`) ?? [];
  });
  if (first !== undefined) {
    throw invalidFields([first, ...more]);
  }
}

function requireAddress(to: string, field: string): string {
  const parsed = parseEmailAddress(to);
  if (isAddressFault(parsed)) {
    throw invalidField(field, parsed.why);
  }
  return parsed.address;
}
