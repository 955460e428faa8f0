import { readServerWords } from "../../inbound/index.ts";

/** What one event of a provider says, in our words. */
export type HookEvent = {
  /** The provider's id of this event, so that a repeated one is known; empty when it gives none. */
  id: string;
  kind: "bounce" | "delayed" | "complaint" | "unsubscribe" | "delivered" | "other";
  /** What may name the message: Message-ID, return path, our token in a header. Each is authenticated later. */
  names: string[];
  /** Whom it is about, as the provider says. */
  address: string;
  /** Of a bounce or delay: the receiving server's answer. */
  code: number;
  enh: string;
  text: string;
  /** Of a complaint: its type. */
  complaint: string;
};

/** Something out of a JSON document that somebody else wrote. */
export type Json = unknown;

/** What is at a path of property names; undefined when there is nothing. */
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

/** An event with what is known of it; the rest empty. */
export function hookEvent(event: Partial<HookEvent> & Pick<HookEvent, "kind">): HookEvent {
  return { ...nothing, ...event };
}

/**
 * What a server answered, of a bounce or delay.
 *
 * @param fallback The status to take when neither words nor status name one: `5.0.0`, or `4.0.0` when the
 *   provider says that it gave up on something that passes.
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

/** A document as JSON; undefined when it is none. */
export function parseJson(body: string): Json {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return undefined;
  }
}
