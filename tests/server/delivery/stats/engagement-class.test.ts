import { expect, test } from "bun:test";
import type { EngagementEvidence } from "../../../../server/delivery/ports.ts";
import { classifyEngagement } from "../../../../server/delivery/stats/engagement-class.ts";

const CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

function classOf(changes: Partial<EngagementEvidence>): string {
  const { class: name, rule } = classifyEngagement({
    kind: "open",
    userAgent: CHROME,
    hint: undefined,
    sinceSentMs: 3_600_000,
    linksInBurst: 1,
    ...changes,
  });
  return `${name}/${rule}`;
}

test("real clients are people", () => {
  const clients = [
    CHROME,
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0",
    "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)",
    "Mozilla/5.0 (Windows NT 10.0; rv:109.0) Gecko/20100101 Firefox/143.0",
  ];
  for (const userAgent of clients) {
    expect(classOf({ userAgent })).toBe("human/known_client");
    expect(classOf({ kind: "click", userAgent, sinceSentMs: 2_000 })).toBe("human/known_client");
  }
});

test("privacy proxies are recognized by their user agent, and only for images", () => {
  expect(classOf({ userAgent: "Mozilla/5.0" })).toBe("apple_mpp/apple_mail_privacy");
  const gmail =
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";
  expect(classOf({ userAgent: gmail })).toBe("gmail_proxy/gmail_image_proxy");
  expect(classOf({ kind: "click", userAgent: "Mozilla/5.0" })).toBe("unknown/no_rule");
});

test("a client that says it is a machine, or behaves like one, is a scanner", () => {
  expect(classOf({ userAgent: "Barracuda Sentinel (EE)" })).toBe("scanner/scanner_user_agent");
  expect(classOf({ userAgent: "python-requests/2.32" })).toBe("scanner/scanner_user_agent");
  expect(classOf({ userAgent: "" })).toBe("scanner/no_user_agent");
  expect(classOf({ hint: "head" })).toBe("scanner/head_request");
  expect(classOf({ hint: "prefetch" })).toBe("prefetch/prefetch_header");
  expect(classOf({ kind: "click", linksInBurst: 3 })).toBe("scanner/all_links_at_once");
  expect(classOf({ kind: "click", sinceSentMs: -5 })).toBe("scanner/before_delivery");
});

test("speed alone does not make a machine; together with other evidence it does", () => {
  const old =
    "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/41.0.2228.0 Safari/537.36";
  expect(classOf({ kind: "click", sinceSentMs: 800 })).toBe("human/known_client");
  expect(classOf({ kind: "click", sinceSentMs: 800, userAgent: old })).toBe(
    "scanner/stale_browser_at_once",
  );
  expect(classOf({ kind: "click", userAgent: old })).toBe("human/known_client");
  expect(classOf({ kind: "click", sinceSentMs: 800, linksInBurst: 2 })).toBe(
    "scanner/two_links_at_once_after_delivery",
  );
  expect(classOf({ kind: "click", linksInBurst: 2 })).toBe("human/known_client");
});
