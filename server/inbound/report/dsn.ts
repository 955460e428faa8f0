import { addressIn, type FieldBlock, fieldOf, readFieldBlocks } from "./report-fields.ts";
import { readServerWords } from "./smtp-words.ts";

/** What a report states about one message that was not delivered, or not yet. */
export type Bounce = {
  action: "failed" | "delayed";
  /** Reply code; 0 when the report has neither a code nor a status. */
  code: number;
  enh: string;
  /** The text of the refusing server, at most 300 characters. */
  text: string;
  /** The recipient the report is about; empty when it names none. */
  address: string;
};

/**
 * Reads a message/delivery-status part (RFC 3464 §2.3). A return path belongs to one recipient, so only one block is
 * returned: the one about `expected`, or else a failure rather than a delay.
 *
 * @returns "success" when it only reports a delivery, expansion or relay; undefined when it describes no recipient.
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

/** RFC 3464 requires a status with every action. When it is missing, only the action "expired" implies one. */
const impliedStatus = (action: string): string => (/^expired\b/i.test(action) ? "4.4.7" : "");

/** RFC 3464 §2.3.3 defines five actions. Servers also send other words or none, and then the status decides. */
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
  // Without a known action, a status of class 4 does not count as a failure.
  return digit === "5"
    ? "failed"
    : digit === "4"
      ? "delayed"
      : digit === "2"
        ? "success"
        : undefined;
}
