import type { ClassifyEngagement, EngagementClass, EngagementEvidence } from "../ports.ts";

type Rule = {
  name: string;
  class: EngagementClass;
  applies: (evidence: EngagementEvidence) => boolean;
};

/** A click sooner than this after delivery needs further evidence to count as human (ms). */
const HASTE_MS = 10_000;
/** This many different links of one message within three seconds indicate a machine. */
const BURST_LINKS = 3;

// User agents of mail security products, link checkers and HTTP libraries.
const SCANNER_AGENTS =
  /barracuda|proofpoint|mimecast|symantec|messagelabs|forcepoint|trend ?micro|fireeye|trellix|sophos|ironport|zscaler|fortimail|safelinks|cloudmark|bitdefender|virustotal|urlscan|spamassassin|linkcheck|security|scan|bot\b|crawl|spider|slurp|preview|facebookexternalhit|whatsapp|telegram|slack|discord|skypeuri|headless|phantomjs|selenium|puppeteer|playwright|python|curl|wget|libwww|okhttp|go-http-client|java\/|apache-httpclient|axios|node-fetch|undici|ruby|perl|php/i;

// Only Gmail's proxy is listed. Yahoo and Outlook.com proxy images too, but fetch them when the person opens the mail.
const GMAIL_PROXY = /GoogleImageProxy|ggpht\.com/i;

// The whole user agent of Apple's privacy proxy; every real Apple client sends more.
const APPLE_MPP = /^Mozilla\/5\.0$/;

// Outdated browsers are typical of sandboxes: Microsoft's sends Edge 12 on Windows NT 10.0 without a build number.
const STALE_SANDBOX =
  /(MSIE [5-9]\.|Chrome\/(3\d|4\d|5\d)\.|Edge\/1[2-5]\.|Firefox\/(2|3|4)\d\.|Trident\/[4-6])/;

const BROWSER_OR_CLIENT =
  /(Chrome|CriOS|Firefox|FxiOS|Safari|AppleWebKit|Edg|OPR|SamsungBrowser|Thunderbird|Outlook|Microsoft Office|YahooMailProxy|Mail\/|Trident|Lotus|Evolution|KMail|Spark|Airmail)/;

const isHasty = ({ sinceSentMs }: EngagementEvidence): boolean =>
  sinceSentMs !== undefined && sinceSentMs < HASTE_MS;

/** The first match decides; ordered from certain to likely. */
const rules: readonly Rule[] = [
  { name: "head_request", class: "scanner", applies: ({ hint }) => hint === "head" },
  { name: "prefetch_header", class: "prefetch", applies: ({ hint }) => hint === "prefetch" },
  {
    name: "gmail_image_proxy",
    class: "gmail_proxy",
    applies: ({ kind, userAgent }) => kind === "open" && GMAIL_PROXY.test(userAgent),
  },
  {
    name: "apple_mail_privacy",
    class: "apple_mpp",
    applies: ({ kind, userAgent }) => kind === "open" && APPLE_MPP.test(userAgent),
  },
  { name: "no_user_agent", class: "scanner", applies: ({ userAgent }) => userAgent === "" },
  {
    name: "scanner_user_agent",
    class: "scanner",
    applies: ({ userAgent }) => SCANNER_AGENTS.test(userAgent),
  },
  {
    name: "all_links_at_once",
    class: "scanner",
    applies: ({ linksInBurst }) => linksInBurst >= BURST_LINKS,
  },
  {
    name: "stale_browser_at_once",
    class: "scanner",
    applies: (evidence) => isHasty(evidence) && STALE_SANDBOX.test(evidence.userAgent),
  },
  {
    name: "two_links_at_once_after_delivery",
    class: "scanner",
    applies: (evidence) => isHasty(evidence) && evidence.linksInBurst > 1,
  },
  {
    name: "before_delivery",
    class: "scanner",
    // A security gateway follows links before it answers the final dot, when nobody can have read the message.
    applies: ({ sinceSentMs }) => sinceSentMs !== undefined && sinceSentMs < 0,
  },
  {
    name: "known_client",
    class: "human",
    applies: ({ userAgent }) => BROWSER_OR_CLIENT.test(userAgent),
  },
];

/** Classifies a request as human or machine by the rules above; `unknown` when none matches. */
export const classifyEngagement: ClassifyEngagement = (evidence) => {
  const rule = rules.find((candidate) => candidate.applies(evidence));
  return rule === undefined
    ? { class: "unknown", rule: "no_rule" }
    : { class: rule.class, rule: rule.name };
};
