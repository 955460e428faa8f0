const BROWSERS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Safari/605.1.15",
  "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Thunderbird/140.4.0",
];
const APPLE_PRIVACY = "Mozilla/5.0";
const GMAIL_PROXY =
  "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";
const SCANNER = "Mozilla/5.0 (compatible; Barracuda Sentinel; +https://example.net/link-protect)";

/** The tracking URLs of one received message. */
export type TrackedMessage = {
  pixel: string | undefined;
  links: string[];
  unsubscribe: string | undefined;
};

/** A request by one reader or automated system. */
export type Visit = {
  url: string;
  method: "GET" | "HEAD" | "POST";
  headers: Record<string, string>;
};

/** Finds the tracking URLs in a message's HTML and its List-Unsubscribe header. */
export function trackedAddresses(html: string, listUnsubscribe: string): TrackedMessage {
  const found = [...html.matchAll(/(?:href|src)="(https?:\/\/[^"/]+\/([oc])\/[\w-]+)"/g)];
  const of = (kind: string) =>
    found.filter((match) => match[2] === kind).map(([, url]) => url ?? "");
  return {
    pixel: of("o")[0],
    links: [...new Set(of("c"))],
    unsubscribe: /<(https?:\/\/[^>]+)>/.exec(listUnsubscribe)?.[1],
  };
}

/** Spreads recipients over a hundred places, so that neighbours behave differently. */
const placeOf = (index: number) => (index * 37) % 100;

/** Whether the nth recipient's message causes any request. */
export function isRead(index: number): boolean {
  return placeOf(index) < 75;
}

/**
 * The requests for the nth recipient's message. Of a hundred, 34 are opened by people (11 of whom follow a link and
 * one unsubscribes), 20 by Apple's privacy proxy, 14 by Gmail's, 4 are scanned by a gateway, 3 are prefetched, and 25
 * are never opened.
 */
export function visitsOf(message: TrackedMessage, index: number): Visit[] {
  const kind = placeOf(index);
  const browser = BROWSERS[index % BROWSERS.length] ?? APPLE_PRIVACY;
  const open = (agent: string, headers = {}) => get(message.pixel, agent, headers);
  if (kind < 34) {
    const link = kind < 11 ? message.links[index % Math.max(1, message.links.length)] : undefined;
    const leave = kind === 0 ? message.unsubscribe : undefined;
    return [...open(browser), ...get(link, browser), ...oneClick(leave)];
  }
  if (kind < 54) {
    return open(APPLE_PRIVACY);
  }
  if (kind < 68) {
    return open(GMAIL_PROXY);
  }
  if (kind < 72) {
    return message.links.flatMap((link) => [
      { url: link, method: "HEAD" as const, headers: { "user-agent": SCANNER } },
      ...get(link, SCANNER),
    ]);
  }
  return kind < 75 ? open(browser, { "sec-purpose": "prefetch" }) : [];
}

function get(
  url: string | undefined,
  agent: string,
  headers: Record<string, string> = {},
): Visit[] {
  return url === undefined
    ? []
    : [{ url, method: "GET", headers: { "user-agent": agent, ...headers } }];
}

/** RFC 8058: the request of a mail client when a person presses its unsubscribe button. */
function oneClick(url: string | undefined): Visit[] {
  return url === undefined
    ? []
    : [{ url, method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" } }];
}

/** Makes a visit over HTTP. @throws Error when the server refuses it. */
export async function visit({ url, method, headers }: Visit): Promise<void> {
  const body = method === "POST" ? "List-Unsubscribe=One-Click" : undefined;
  const response = await fetch(url, {
    method,
    headers,
    redirect: "manual",
    ...(body === undefined ? {} : { body }),
  });
  await response.arrayBuffer();
  if (response.status >= 400) {
    throw new Error(`${method} of a tracking address was answered with ${response.status}`);
  }
}
