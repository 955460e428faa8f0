// Elements that a content security policy does not fully control: early DNS lookups and connections, redirects, and
// anything that could weaken the policy or change the base URL. No message needs them.
const NEVER_NEEDED = "script, link, base, meta[http-equiv], iframe, frame, frameset, object, embed";

const nothingRemote =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:";
const picturesAndFonts =
  "default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; font-src https: data:";

/**
 * Creates the document in which a message's HTML is shown. Its own policy blocks all external content, unless
 * `remote` allows pictures and fonts. Links open in a new window.
 */
export function fencedDocument(html: string, remote: boolean): string {
  // A document parsed without a window loads nothing while it is inspected.
  const mail = new DOMParser().parseFromString(html, "text/html");
  for (const element of mail.querySelectorAll(NEVER_NEEDED)) {
    element.remove();
  }
  const head = [
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${remote ? picturesAndFonts : nothingRemote}">`,
    '<meta name="referrer" content="no-referrer">',
    '<base target="_blank">',
  ].join("");
  // The policy comes before any part of the message, so that it applies to all of it.
  mail.head.insertAdjacentHTML("afterbegin", head);
  return `<!doctype html>${mail.documentElement.outerHTML}`;
}

// Matches generously. A false match only offers to load pictures that do not exist.
const REMOTE =
  /(?:src|srcset|background|poster)\s*=\s*["']?\s*(?:https?:)?\/\/|(?:url\(|@import)\s*["']?\s*(?:https?:)?\/\//i;

/** Whether a message's HTML refers to content on other servers. */
export function namesRemoteContent(html: string): boolean {
  return REMOTE.test(html);
}
