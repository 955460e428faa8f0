// Tests a sending method: connecting and signing in, the names of its IP addresses, and a test message.

import type { Route, RouteSource, SmtpOutcome, TestMessage } from "../../delivery/index.ts";
import { domainOf } from "../../platform/address.rules.ts";
import type { Databases } from "../../platform/db/databases.ts";
import { isAddressFault, parseEmailAddress } from "../../platform/email-address.ts";
import {
  because,
  type CodedReason,
  coded,
  invalidField,
  invalidFields,
  type Reason,
  storedReason,
} from "../../platform/errors.ts";
import { loadDkimKey } from "../domains/domains.service.ts";
import { findSenderForCampaign } from "../domains/senders.service.ts";
import { checkSourceName } from "../domains/source-name.service.ts";
import type { DnsLookup } from "../ports.ts";
import { singleMailProblem } from "../suppressions/suppressions.service.ts";
import { workspaceFacts } from "../templates/message-scope.service.ts";
import { isMemberAddress } from "../users/users.service.ts";
import type { RouteCheck } from "./routes.schema.ts";
import { loadRoute, type RouteContext } from "./routes.service.ts";

/**
 * Reports each step of connecting. Direct delivery has no single server, so the check covers whether its IP addresses
 * have valid host names and whether a large receiver can be reached from them.
 */
export async function checkAnyRoute(
  deps: { dns: DnsLookup; checkRoute: (route: Route) => Promise<RouteCheck> },
  route: Route,
): Promise<RouteCheck> {
  if (route.kind !== "direct") {
    return await deps.checkRoute(route);
  }
  const names = await checkNames(deps.dns, route.sources ?? []);
  const reach = await deps.checkRoute(route);
  const steps = [...names, ...reach.steps];
  return { ok: reach.ok && names.every((step) => step.ok), steps };
}

async function checkNames(dns: DnsLookup, sources: RouteSource[]): Promise<RouteCheck["steps"]> {
  if (sources.length === 0) {
    const why = because("ptr_source_missing");
    return [{ stage: "ptr", ok: false, message: why.text, cause: coded(why) }];
  }
  return await Promise.all(
    sources.map(async (source) => {
      const { status, message, cause } = await checkSourceName(dns, source);
      return { stage: "ptr", ok: status === "ok", message, cause };
    }),
  );
}

export type RouteTestDeps = {
  databases: Databases;
  publicUrl: string;
  now: number;
  sendOne: (message: TestMessage) => Promise<SmtpOutcome>;
};

/** The result of a test message: the server's reply, or what went wrong. */
export type TestAnswer = { accepted: boolean; message: string; cause: CodedReason | null };

/**
 * Sends a short message through the sending method, signed like campaigns, and returns the server's reply.
 *
 * @throws AppError `not_found`; `invalid_input` for a malformed address, one to which nothing may be sent, or an unknown
 * sender.
 */
export async function sendRouteTest(
  deps: RouteTestDeps,
  context: RouteContext,
  input: { routeId: number; senderId: number; to: string },
): Promise<TestAnswer> {
  const { workspaceId, keyRing } = context;
  const db = deps.databases.workspace(workspaceId);
  const route = loadRoute(db, context, input.routeId);
  const to = parseEmailAddress(input.to);
  if (isAddressFault(to)) {
    throw invalidField("to", to.why);
  }
  const { address } = to;
  const { system } = deps.databases;
  const isMember = isMemberAddress(system, workspaceId, address);
  const problem = singleMailProblem({ db, system, address, isMember, now: deps.now }, "to");
  if (problem !== undefined) {
    throw invalidFields([problem]);
  }
  const sender = findSenderForCampaign(db, input.senderId);
  if (sender === undefined) {
    throw invalidField("senderId", because("not_a_sender"));
  }
  const domain = sender.domainName ?? domainOf(sender.email);
  const workspace = workspaceFacts(deps.databases.system, workspaceId);
  const text = `This message was sent with the sending method "${route.name}". If you can read it, the sending method works.`;
  const outcome = await deps.sendOne({
    workspaceId,
    route,
    dkim: route.signDkim ? loadDkimKey(db, keyRing, domain) : undefined,
    to: to.address,
    contact: {
      ...{ id: 0, email: to.address, first_name: "", last_name: "", language: "" },
      ...{ tracking_off: true, fields: {} },
    },
    content: {
      subject: "Sending method test",
      preheader: "",
      fromName: sender.name,
      fromEmail: sender.email,
      replyTo: sender.replyTo,
      html: `<!doctype html><html><body><p>${Bun.escapeHTML(text)}</p></body></html>`.replace(
        /\{/g,
        "&#123;",
      ),
      text: text.replace(/[{}]/g, ""),
      links: [],
      trackOpens: false,
      trackClicks: false,
      workspace: {
        id: workspaceId,
        number: workspace.number,
        name: workspace.name,
        postalAddress: workspace.postalAddress,
      },
      publicUrl: deps.publicUrl,
      domain,
      name: "Sending method test",
      bounceDomain: "",
    },
  });
  return outcomeInWords(outcome);
}

/** Describes the outcome of one message, quoting the server. */
export function outcomeInWords(outcome: SmtpOutcome): TestAnswer {
  switch (outcome.kind) {
    case "accepted":
    case "refused": {
      const { host, reply } = outcome;
      const why = because("test_replied", { host, said: `${reply.code} ${reply.text}` });
      return { accepted: outcome.kind === "accepted", message: why.text, cause: coded(why) };
    }
    case "abandoned":
      return notAccepted(because("test_stopped"));
    case "ambiguous": {
      const { host, error, why } = outcome;
      const fault = why === undefined ? error : storedReason(why);
      return notAccepted(because("test_unconfirmed", { host, fault }));
    }
    case "broken":
      return { accepted: false, message: outcome.error, cause: outcome.why ?? null };
  }
}

function notAccepted(why: Reason): TestAnswer {
  return { accepted: false, message: why.text, cause: coded(why) };
}
