import type { ClassifyEngagement, EngagementClass, EngagementEvidence } from "../ports.ts";

type Rule = {
  name: string;
  class: EngagementClass;
  applies: (evidence: EngagementEvidence) => boolean;
};

/** A click this soon after delivery needs other evidence before a person is believed to have made it. */
const HASTE_MS = 10_000;
/** So many different links of one message within three seconds is a machine following them all. */
const BURST_LINKS = 3;

// Names that mail security products, link checkers and fetch libraries give themselves.
const SCANNER_AGENTS =
  /barracuda|proofpoint|mimecast|symantec|messagelabs|forcepoint|trend ?micro|fireeye|trellix|sophos|ironport|zscaler|fortimail|safelinks|cloudmark|bitdefender|virustotal|urlscan|spamassassin|linkcheck|security|scan|bot\b|crawl|spider|slurp|preview|facebookexternalhit|whatsapp|telegram|slack|discord|skypeuri|headless|phantomjs|selenium|puppeteer|playwright|python|curl|wget|libwww|okhttp|go-http-client|java\/|apache-httpclient|axios|node-fetch|undici|ruby|perl|php/i;

// Yahoo, Outlook.com and others also fetch images through proxies, but when the person opens the mail.
const GMAIL_PROXY = /GoogleImageProxy|ggpht\.com/i;

// Apple's privacy proxy says no more than this; every real client of theirs says more.
const APPLE_MPP = /^Mozilla\/5\.0$/;

// Edge 12 on Windows NT 10.0 without a build number is what Microsoft's detonation sandbox sends.
const STALE_SANDBOX =
  /(MSIE [5-9]\.|Chrome\/(3\d|4\d|5\d)\.|Edge\/1[2-5]\.|Firefox\/(2|3|4)\d\.|Trident\/[4-6])/;

const BROWSER_OR_CLIENT =
  /(Chrome|CriOS|Firefox|FxiOS|Safari|AppleWebKit|Edg|OPR|SamsungBrowser|Thunderbird|Outlook|Microsoft Office|YahooMailProxy|Mail\/|Trident|Lotus|Evolution|KMail|Spark|Airmail)/;

const isHasty = ({ sinceSentMs }: EngagementEvidence): boolean =>
  sinceSentMs !== undefined && sinceSentMs < HASTE_MS;

/** First match decides; the order is from what is certain to what is likely. */
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
    // A gateway follows links before it answers the final dot; nobody reads a mail that early.
    applies: ({ sinceSentMs }) => sinceSentMs !== undefined && sinceSentMs < 0,
  },
  {
    name: "known_client",
    class: "human",
    applies: ({ userAgent }) => BROWSER_OR_CLIENT.test(userAgent),
  },
];

/** Tells people from machines by rules kept as data; `unknown` when no rule has an opinion. */
export const classifyEngagement: ClassifyEngagement = (evidence) => {
  const rule = rules.find((candidate) => candidate.applies(evidence));
  return rule === undefined
    ? { class: "unknown", rule: "no_rule" }
    : { class: rule.class, rule: rule.name };
};
