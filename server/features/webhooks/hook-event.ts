import { readServerWords } from "../../inbound/index.ts";

/** One event from a provider in our terms. */
export type HookEvent = {
  /** The provider's id of this event, to detect repetitions; empty when it has none. */
  id: string;
  kind: "bounce" | "delayed" | "complaint" | "unsubscribe" | "delivered" | "other";
  /**
   * Values that may identify the message: Message-ID, return path, our token in a header. Each is authenticated
   * later.
   */
  names: string[];
  /** The recipient, according to the provider. */
  address: string;
  /** For a bounce or delay: the receiving server's reply code. */
  code: number;
  enh: string;
  text: string;
  /** For a complaint: its type. */
  complaint: string;
};

/** A value from a JSON document that a third party wrote. */
export type Json = unknown;

/** The value at a path of property names; undefined when there is none. */
export function at(value: Json, ...path: (string | number)[]): Json {
  let found: Json = value;
  for (const key of path) {
    found =
      typeof found === "object" && found !== null && Object.hasOwn(found, key)
        ? (found as Record<string | number, Json>)[key]
        : undefined;
  }
  return found;
}

/** The text or number at a path, at most 2,000 characters; empty when there is none. */
export function textAt(value: Json, ...path: (string | number)[]): string {
  const found = at(value, ...path);
  return typeof found === "string" || typeof found === "number"
    ? String(found).slice(0, 2_000)
    : "";
}

export const listOf = (value: Json): Json[] => (Array.isArray(value) ? value.slice(0, 5_000) : []);

const nothing = { id: "", names: [], address: "", code: 0, enh: "", text: "", complaint: "" };

/** An event with the given properties; the others are empty. */
export function hookEvent(event: Partial<HookEvent> & Pick<HookEvent, "kind">): HookEvent {
  return { ...nothing, ...event };
}

/**
 * The server's reply to a bounced or delayed message.
 *
 * @param fallback The status when neither text nor status contains one: `5.0.0`, or `4.0.0` when the provider says
 * that the failure was temporary.
 */
export function answerOf(
  words: string,
  status: string,
  fallback: "4.0.0" | "5.0.0",
): Pick<HookEvent, "code" | "enh" | "text"> {
  const { code, enh, text } = readServerWords(words, status);
  const isKnown = code !== 0 || enh !== "";
  return isKnown ? { code, enh, text } : { ...readServerWords(words, fallback), text };
}

/** Parses JSON; undefined when it is invalid. */
export function parseJson(body: string): Json {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return undefined;
  }
}
