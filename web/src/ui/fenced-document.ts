// What a policy does not stop: resolving and connecting to a host ahead of time, leaving for another page, and
// what could loosen or move the document. None of it has a use in a message.
const NEVER_NEEDED = "script, link, base, meta[http-equiv], iframe, frame, frameset, object, embed";

const nothingRemote =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:";
const picturesAndFonts =
  "default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; font-src https: data:";

/**
 * The document in which a message's HTML is shown: under a policy of its own, which lets nothing be loaded from
 * anywhere unless `remote` is set, and then pictures and fonts only. Links open elsewhere.
 */
export function fencedDocument(html: string, remote: boolean): string {
  // A parsed document without a window loads nothing while it is looked through.
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
  // The policy stands before everything of the message, so that it holds for all of it.
  mail.head.insertAdjacentHTML("afterbegin", head);
  return `<!doctype html>${mail.documentElement.outerHTML}`;
}

// Generous: when it errs, a reader is asked about pictures that are not there.
const REMOTE =
  /(?:src|srcset|background|poster)\s*=\s*["']?\s*(?:https?:)?\/\/|(?:url\(|@import)\s*["']?\s*(?:https?:)?\/\//i;

/** Whether a message's HTML names something that would be loaded from another server. */
export function namesRemoteContent(html: string): boolean {
  return REMOTE.test(html);
}
