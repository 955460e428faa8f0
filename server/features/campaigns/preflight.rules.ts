import { domainOf } from "../../platform/address.rules.ts";
import {
  hasUnsubscribeLink,
  type Section,
  templateMistake,
  templateSentence,
} from "./campaigns.rules.ts";
import {
  asFault,
  type DescribedFault,
  described,
  type LaunchFault,
} from "./launch-faults.rules.ts";

/** The place where a problem can be fixed: a section of the campaign's page, or another page. */
export type Fix =
  | "subject"
  | "content"
  | "text"
  | "audience"
  | "sender"
  | "route"
  | "domains"
  | "public-url"
  | "instance"
  | "workspace"
  | "duplicate";

export type Check = DescribedFault & { severity: "error" | "warning"; fix: Fix };

/** The input of all checks. */
export type PreflightFacts = {
  /** `review` combines the problems of the other sections. */
  sections: { audience: Section; review: Section };
  problems: {
    severity: "error" | "warning";
    where: string;
    message: string;
    line?: number;
    column?: number;
  }[];
  bodySource: string;
  textSource: string | null;
  html: string;
  text: string;
  publicUrl: string;
  postalAddress: string;
  willGetIt: number;
  /**
   * When the campaign was launched according to a newer state of the workspace (unix ms); undefined when it was not.
   */
  startedBefore: number | undefined;
  /** Changes to the workspace were lost, and no administrator has read the notice yet. */
  mayLackRefusals: boolean;
  sender:
    | {
        email: string;
        domainVerified: boolean;
        domainId: number | null;
        testOnly: boolean;
        /** When the domain's key was last seen, if it is now missing from the DNS. */
        domainLostAt: number | undefined;
      }
    | undefined;
  route:
    | {
        name: string;
        kind: "relay" | "direct" | "test_inbox";
        signDkim: boolean;
        isLocal: boolean;
      }
    | undefined;
};

/** Problems that would prevent the send (errors) or harm it (warnings), most serious first. */
export function preflightChecks(facts: PreflightFacts): Check[] {
  const checks = [
    ...lossChecks(facts),
    ...copyChecks(facts),
    ...sectionChecks(facts),
    ...problemChecks(facts),
    ...audienceChecks(facts),
    ...contentChecks(facts),
    ...senderChecks(facts),
    ...addressChecks(facts),
  ];
  return checks.sort((a, b) => Number(a.severity === "warning") - Number(b.severity === "warning"));
}

const checkOf = (fault: LaunchFault, severity: Check["severity"], fix: Fix): Check => ({
  ...described(fault),
  severity,
  fix,
});

/** The test inbox reaches nobody. */
function lossChecks({ mayLackRefusals, route }: PreflightFacts): Check[] {
  return mayLackRefusals && route?.kind !== "test_inbox"
    ? [checkOf({ code: "refusals_lost" }, "error", "instance")]
    : [];
}

function copyChecks({ startedBefore: at }: PreflightFacts): Check[] {
  return at === undefined
    ? []
    : [checkOf({ code: "sent_before", params: { at } }, "error", "duplicate")];
}

const fixOfField: Record<string, Fix> = {
  subject: "subject",
  bodySource: "content",
  audience: "audience",
  senderId: "sender",
  routeId: "route",
};

function sectionChecks({ sections }: PreflightFacts): Check[] {
  return sections.review.problems.map(({ field, ...fault }) => ({
    ...fault,
    severity: "error",
    fix: fixOfField[field] ?? "content",
  }));
}

function problemChecks({ problems }: PreflightFacts): Check[] {
  const fixes: Record<string, Fix> = { subject: "subject", preheader: "subject", text: "text" };
  return problems.map((problem) => ({
    ...(problem.severity === "error"
      ? asFault(templateMistake(problem))
      : { code: "template_warning", message: templateSentence(problem) }),
    severity: problem.severity,
    fix: fixes[problem.where] ?? "content",
  }));
}

function audienceChecks({ sections, willGetIt }: PreflightFacts): Check[] {
  if (sections.audience.problems.length > 0 || willGetIt > 0) {
    return [];
  }
  return [checkOf({ code: "empty_audience" }, "error", "audience")];
}

function contentChecks(facts: PreflightFacts): Check[] {
  const checks: Check[] = [];
  if (facts.bodySource.trim() !== "" && !hasUnsubscribeLink(facts.bodySource)) {
    checks.push(checkOf({ code: "no_unsubscribe_link" }, "warning", "content"));
  }
  if (facts.textSource !== null && facts.textSource.trim() === "") {
    checks.push(checkOf({ code: "no_text" }, "warning", "text"));
  } else if (facts.html !== "" && facts.text.trim() === "") {
    checks.push(checkOf({ code: "only_images" }, "warning", "content"));
  }
  if (facts.postalAddress.trim() === "") {
    checks.push(checkOf({ code: "no_postal_address" }, "warning", "workspace"));
  }
  return checks;
}

function senderChecks({ sender, route }: PreflightFacts): Check[] {
  if (
    sender === undefined ||
    route === undefined ||
    route.kind === "test_inbox" ||
    sender.testOnly
  ) {
    return [];
  }
  const domain = domainOf(sender.email);
  if (!sender.domainVerified) {
    return [unverified({ domain, route, sender })];
  }
  return route.signDkim
    ? []
    : [checkOf({ code: "route_unsigned", params: { route: route.name } }, "warning", "route")];
}

/**
 * Direct delivery requires a DKIM key that can be found in the DNS, and a key that was published and is now missing
 * always blocks the send. A relay may sign itself, so an unverified domain is only a warning there. A relay on this
 * machine may be used for testing.
 */
function unverified({
  domain,
  route,
  sender,
}: {
  domain: string;
  route: NonNullable<PreflightFacts["route"]>;
  sender: NonNullable<PreflightFacts["sender"]>;
}): Check {
  const isDirect = route.kind === "direct";
  if (sender.domainId === null) {
    return isDirect
      ? checkOf({ code: "domain_missing_direct", params: { domain } }, "error", "domains")
      : checkOf({ code: "domain_missing", params: { domain } }, "warning", "domains");
  }
  if (sender.domainLostAt !== undefined) {
    const params = { domain, at: sender.domainLostAt };
    const severity = route.isLocal ? "warning" : "error";
    return checkOf({ code: "domain_key_lost", params }, severity, "domains");
  }
  // A signature whose key cannot be found is worse than none.
  const isError = isDirect || (route.signDkim && !route.isLocal);
  const fault: LaunchFault = { code: "domain_unverified", params: { domain } };
  return checkOf(fault, isError ? "error" : "warning", "domains");
}

function addressChecks({ publicUrl, route }: PreflightFacts): Check[] {
  if (route === undefined || route.kind === "test_inbox") {
    return [];
  }
  const url = URL.parse(publicUrl);
  const host = url?.hostname ?? "";
  if (/^(localhost|127\.|\[::1\]|0\.0\.0\.0)/.test(host) || !host.includes(".")) {
    const fault: LaunchFault = { code: "public_url_local", params: { url: publicUrl } };
    return [checkOf(fault, "error", "public-url")];
  }
  return url?.protocol === "https:"
    ? []
    : [checkOf({ code: "public_url_http", params: { url: publicUrl } }, "warning", "public-url")];
}
