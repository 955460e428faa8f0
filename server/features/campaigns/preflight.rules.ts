import { domainOf } from "../../platform/address.rules.ts";
import { hasUnsubscribeLink, type Section, templateSentence } from "./campaigns.rules.ts";

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
  | "workspace"
  | "duplicate";

export type Check = { code: string; severity: "error" | "warning"; message: string; fix: Fix };

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

/**
 * Explains why a campaign is not sent again after the workspace was restored from a backup that predates its launch.
 */
export function sentBefore(startedAt: number): string {
  const day = new Date(startedAt).toISOString().slice(0, 10);
  return `This campaign was already sent on ${day}, before an older copy of this workspace was restored. Its recipients would get it twice. To send it anyway, duplicate it and send the duplicate.`;
}

function copyChecks({ startedBefore }: PreflightFacts): Check[] {
  return startedBefore === undefined
    ? []
    : [
        {
          code: "sent_before",
          severity: "error",
          message: sentBefore(startedBefore),
          fix: "duplicate",
        },
      ];
}

const fixOfField: Record<string, Fix> = {
  subject: "subject",
  bodySource: "content",
  audience: "audience",
  senderId: "sender",
  routeId: "route",
};

function sectionChecks({ sections }: PreflightFacts): Check[] {
  return sections.review.problems.map(({ code, field, message }) => ({
    code,
    severity: "error",
    message,
    fix: fixOfField[field] ?? "content",
  }));
}

function problemChecks({ problems }: PreflightFacts): Check[] {
  const fixes: Record<string, Fix> = { subject: "subject", preheader: "subject", text: "text" };
  return problems.map((problem) => ({
    code: problem.severity === "error" ? "template_error" : "template_warning",
    severity: problem.severity,
    message: templateSentence(problem),
    fix: fixes[problem.where] ?? "content",
  }));
}

function audienceChecks({ sections, willGetIt }: PreflightFacts): Check[] {
  if (sections.audience.problems.length > 0 || willGetIt > 0) {
    return [];
  }
  const message =
    "There are no recipients: everyone in the audience is unsubscribed or suppressed, or it is empty.";
  return [{ code: "empty_audience", severity: "error", message, fix: "audience" }];
}

function contentChecks(facts: PreflightFacts): Check[] {
  const checks: Check[] = [];
  if (facts.bodySource.trim() !== "" && !hasUnsubscribeLink(facts.bodySource)) {
    checks.push({
      code: "no_unsubscribe_link",
      severity: "warning",
      message: "The message has no unsubscribe link. SwiftMail adds one at the end.",
      fix: "content",
    });
  }
  if (facts.textSource !== null && facts.textSource.trim() === "") {
    checks.push({
      code: "no_text",
      severity: "warning",
      message: "The plain text is empty. Remove it to generate it from the HTML.",
      fix: "text",
    });
  } else if (facts.html !== "" && facts.text.trim() === "") {
    checks.push({
      code: "no_text",
      severity: "warning",
      message:
        "The message contains only images. Add text, because spam filters distrust messages without it.",
      fix: "content",
    });
  }
  if (facts.postalAddress.trim() === "") {
    checks.push({
      code: "no_postal_address",
      severity: "warning",
      message:
        "The workspace has no postal address. Many countries require one in marketing email.",
      fix: "workspace",
    });
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
    : [
        {
          code: "route_unsigned",
          severity: "warning",
          message: `The sending method "${route.name}" does not sign with DKIM. Make sure that the relay does.`,
          fix: "route",
        },
      ];
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
    return {
      code: "domain_missing",
      severity: isDirect ? "error" : "warning",
      message: isDirect
        ? `The domain ${domain} is not set up. Direct sending requires DKIM signatures, so add the domain first.`
        : `The domain ${domain} is not set up, so SwiftMail does not sign messages with DKIM.`,
      fix: "domains",
    };
  }
  const code = "domain_unverified";
  if (sender.domainLostAt !== undefined) {
    const day = new Date(sender.domainLostAt).toISOString().slice(0, 10);
    const message = `The DKIM record of ${domain} is missing from DNS. It was last seen on ${day}. Add it again.`;
    return { code, severity: route.isLocal ? "warning" : "error", message, fix: "domains" };
  }
  const message = `The DKIM record of ${domain} was not found in DNS. Large providers will reject the mail or mark it as spam.`;
  // A signature whose key cannot be found is worse than none.
  const isError = isDirect || (route.signDkim && !route.isLocal);
  return { code, severity: isError ? "error" : "warning", message, fix: "domains" };
}

function addressChecks({ publicUrl, route }: PreflightFacts): Check[] {
  if (route === undefined || route.kind === "test_inbox") {
    return [];
  }
  const url = URL.parse(publicUrl);
  const host = url?.hostname ?? "";
  if (/^(localhost|127\.|\[::1\]|0\.0\.0\.0)/.test(host) || !host.includes(".")) {
    const message = `Links in the message lead to ${publicUrl}, which recipients cannot reach.`;
    return [{ code: "public_url_local", severity: "error", message, fix: "public-url" }];
  }
  return url?.protocol === "https:"
    ? []
    : [
        {
          code: "public_url_http",
          severity: "warning",
          message: `Links start with ${publicUrl}. One-click unsubscribe works only with https (RFC 8058).`,
          fix: "public-url",
        },
      ];
}
