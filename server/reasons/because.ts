import { addressReasons } from "./addresses.ts";
import { campaignReasons } from "./campaigns.ts";
import { contactReasons } from "./contacts.ts";
import { contentReasons } from "./content.ts";
import { fieldReasons } from "./fields.ts";
import { launchReasons } from "./launch.ts";
import { pauseReasons } from "./pauses.ts";
import { peopleReasons } from "./people.ts";
import { requestReasons } from "./requests.ts";
import { segmentReasons } from "./segments.ts";
import { sendingReasons } from "./sending.ts";
import { filled, type Params, type ParamsOf } from "./sentence.ts";
import { shippedRuleNames } from "./shipped-rules.ts";
import { missingThings } from "./things.ts";
import { workReasons } from "./work.ts";

/** All reasons, by area. A code belongs to one of them. */
export const reasonAreas = {
  fields: fieldReasons,
  things: missingThings,
  requests: requestReasons,
  campaigns: campaignReasons,
  work: workReasons,
  launch: launchReasons,
  pauses: pauseReasons,
  shippedRules: shippedRuleNames,
  sending: sendingReasons,
  people: peopleReasons,
  content: contentReasons,
  segments: segmentReasons,
  contacts: contactReasons,
  addresses: addressReasons,
};

const reasons = {
  ...fieldReasons,
  ...missingThings,
  ...requestReasons,
  ...campaignReasons,
  ...workReasons,
  ...launchReasons,
  ...pauseReasons,
  ...shippedRuleNames,
  ...sendingReasons,
  ...peopleReasons,
  ...contentReasons,
  ...segmentReasons,
  ...contactReasons,
  ...addressReasons,
};

type Reasons = typeof reasons;

/**
 * Why something is refused. The set is closed: the interface words each code in the reader's language, and the
 * compiler reports a code without words.
 */
export type ReasonCode = keyof Reasons;

/** What a client needs to word a reason itself. */
export type CodedReason = { code: ReasonCode; params?: Params };

/** A reason with its English sentence, and with a hint where there is one. */
export type Reason = CodedReason & { text: string; hint?: string };

type Values<C extends ReasonCode> =
  unknown extends ParamsOf<Reasons[C]> ? [] : [params: ParamsOf<Reasons[C]>];

/**
 * The reason with this code; its English sentence is made here and nowhere else. A text among the values may be a
 * stored reason: it is a part of this one then.
 */
export function because<C extends ReasonCode>(code: C, ...[params]: Values<C>): Reason {
  return say(code, params as Params | undefined);
}

/** `because` for a reason whose code and values are known to fit. */
export function reasonWith({ code, params }: CodedReason): Reason {
  return say(code, params);
}

function say(code: ReasonCode, given: Params | undefined): Reason {
  const params = given === undefined ? undefined : mapped(given, openedReason);
  const values = mapped(params ?? {}, (value) => (typeof value === "object" ? value.text : value));
  const { text, hint } = filled(reasons[code], values);
  return {
    code,
    ...(params === undefined ? {} : { params }),
    text,
    ...(hint === undefined ? {} : { hint }),
  };
}

function mapped(params: Params, change: (value: Params[string]) => Params[string]): Params {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, change(value)]));
}

/**
 * A reason as text, for a column or a place that also takes what a person or another server said. `spokenReason` and
 * `openedReason` read it.
 */
export function storedReason({ code, params }: CodedReason): string {
  return JSON.stringify(params === undefined ? { code } : { code, params });
}

/** `because`, stored. */
export function storedBecause<C extends ReasonCode>(code: C, ...values: Values<C>): string {
  return storedReason(because(code, ...values));
}

const STORED = '{"code":"';

/** A stored reason inside values; anything else stays as it is. */
export function openedReason(value: Params[string]): Params[string] {
  if (typeof value !== "string" || !value.startsWith(STORED)) {
    return value;
  }
  try {
    const { code, params } = JSON.parse(value) as { code: string; params?: Params };
    if (isReasonCode(code)) {
      const { hint: _, ...inner } = say(code, params);
      return inner;
    }
  } catch {
    // What somebody else said may look like a stored reason. It is shown as it was said.
  }
  return value;
}

/** What a stored reason says in English, and as a code; other texts are said as they are and have no code. */
export function spokenReason(text: string): { reason: string; cause: CodedReason | null } {
  const opened = openedReason(text);
  if (typeof opened !== "object") {
    return { reason: text, cause: null };
  }
  const { text: reason, ...cause } = opened;
  return { reason, cause: cause as CodedReason };
}

/** A row with what the stored reason of its failure says. */
export function spokenError<T extends { error: string | null }>(row: T) {
  const { reason, cause } = spokenReason(row.error ?? "");
  return { ...row, error: row.error === null ? null : reason, errorCause: cause };
}

/** A campaign's row with what its stored reason says. */
export function spokenStatus<T extends { statusReason: string }>(row: T) {
  const { reason, cause } = spokenReason(row.statusReason);
  return { ...row, statusReason: reason, statusCause: cause };
}

/** The reason with this code if it is one and takes no values. */
export function plainReason(code: string): Reason | undefined {
  return isReasonCode(code) && typeof reasons[code] === "string" ? say(code, undefined) : undefined;
}

function isReasonCode(code: string): code is ReasonCode {
  return Object.hasOwn(reasons, code);
}

/** The things that a request can name and that may not exist. */
export type Thing = ReasonCode extends infer C
  ? C extends `no_such_${infer T}`
    ? T
    : never
  : never;
