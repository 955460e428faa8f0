import { addressIn, type FieldBlock, fieldOf, readFieldBlocks } from "./report-fields.ts";
import { readServerWords } from "./smtp-words.ts";

/** What a report says of one message that did not arrive, or not yet. */
export type Bounce = {
  action: "failed" | "delayed";
  /** Reply code; 0 when neither a code nor a status was given. */
  code: number;
  enh: string;
  /** The refusing server's words, at most 300 characters. */
  text: string;
  /** Whom the report is about; empty when it does not say. */
  address: string;
};

/**
 * Reads a message/delivery-status part: RFC 3464 §2.3. A return path is made for one recipient, so one
 * block is asked for; of several the one about `expected`, else a failure before a delay.
 *
 * @returns "success" when it reports a delivery, an expansion or a relay: nothing went wrong. undefined when it says
 *   nothing of any recipient.
 */
export function readDeliveryStatus(text: string, expected: string): Bounce | "success" | undefined {
  const found = readFieldBlocks(text).map(bounceOf);
  const bounces = found.flatMap((one) => (one === undefined || one === "success" ? [] : [one]));
  return (
    bounces.find(({ address }) => address !== "" && address === expected) ??
    bounces.find(({ action }) => action === "failed") ??
    bounces[0] ??
    found.find((one) => one === "success")
  );
}

function bounceOf(block: FieldBlock): Bounce | "success" | undefined {
  const diagnostic = fieldOf(block, "diagnostic-code");
  const status = fieldOf(block, "status") || impliedStatus(fieldOf(block, "action"));
  const isOfRecipient = ["final-recipient", "original-recipient", "action", "status"].some((name) =>
    block.has(name),
  );
  const action = isOfRecipient ? actionOf(fieldOf(block, "action"), status) : undefined;
  if (action === undefined || action === "success") {
    return action;
  }
  const words = diagnostic.replace(/^[\w.-]{1,40}\s*;\s*/, "");
  return {
    action,
    ...readServerWords(words === "" ? status : words, status),
    address:
      addressIn(fieldOf(block, "original-recipient")) ||
      addressIn(fieldOf(block, "final-recipient")),
  };
}

/** RFC 3464 asks for a status beside every action; of the words that servers write in its place one says as much. */
const impliedStatus = (action: string): string => (/^expired\b/i.test(action) ? "4.4.7" : "");

/** RFC 3464 §2.3.3 knows five words; servers write others, or none, and then the status says what happened. */
function actionOf(action: string, status: string): Bounce["action"] | "success" | undefined {
  const word = action.toLowerCase();
  if (/^(?:deliver(?:ed)?|relayed|expanded|success\w*|displayed)\b/.test(word)) {
    return "success";
  }
  if (/^(?:delay|defer|warn|transient|temp|queued|retry)/.test(word)) {
    return "delayed";
  }
  if (
    /^(?:fail|expired|bounce|reject|undeliver|perm|fatal|return|error|refused|denied)/.test(word)
  ) {
    return "failed";
  }
  const digit = /(?<![\d.])([245])\.\d{1,3}\.\d{1,3}/.exec(status)?.[1];
  // Of what has no action that is known, a status of class 4 alone is no failure yet.
  return digit === "5"
    ? "failed"
    : digit === "4"
      ? "delayed"
      : digit === "2"
        ? "success"
        : undefined;
}
