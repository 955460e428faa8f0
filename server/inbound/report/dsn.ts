import { addressIn, type FieldBlock, fieldOf, readFieldBlocks } from "./report-fields.ts";
import { enhancedIn, readServerWords } from "./smtp-words.ts";

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
 * @returns undefined when it reports a success, an expansion or a relay: nothing went wrong.
 */
export function readDeliveryStatus(text: string, expected: string): Bounce | undefined {
  const bounces = readFieldBlocks(text).flatMap((block) => bounceOf(block) ?? []);
  return (
    bounces.find(({ address }) => address !== "" && address === expected) ??
    bounces.find(({ action }) => action === "failed") ??
    bounces[0]
  );
}

function bounceOf(block: FieldBlock): Bounce | undefined {
  const [status, diagnostic] = [fieldOf(block, "status"), fieldOf(block, "diagnostic-code")];
  const action = actionOf(fieldOf(block, "action"), status);
  const isOfRecipient = ["final-recipient", "original-recipient", "action"].some((name) =>
    block.has(name),
  );
  if (action === undefined || !isOfRecipient) {
    return undefined;
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

function actionOf(action: string, status: string): Bounce["action"] | undefined {
  const word = /^[a-z]+/.exec(action.toLowerCase())?.[0];
  if (word === "failed" || word === "delayed") {
    return word;
  }
  // Some servers leave the action out; a status of class 4 alone is no failure yet.
  const known = word === undefined ? enhancedIn(status)[0] : undefined;
  return known === "5" ? "failed" : known === "4" ? "delayed" : undefined;
}
