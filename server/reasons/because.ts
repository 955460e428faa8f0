import { addressReasons } from "./addresses.ts";
import { campaignReasons } from "./campaigns.ts";
import { connectionReasons } from "./connections.ts";
import { contactReasons } from "./contacts.ts";
import { contentReasons } from "./content.ts";
import { dnsRecordReasons } from "./dns-records.ts";
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

/** All reasons, by area. Each code belongs to exactly one of them. */
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
  connections: connectionReasons,
  dnsRecords: dnsRecordReasons,
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
  ...connectionReasons,
  ...dnsRecordReasons,
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

/** What a client needs to write the reason in its own words. */
export type CodedReason = { code: ReasonCode; params?: Params };

/** A reason with its English sentence, and with a hint where there is one. */
export type Reason = CodedReason & { text: string; hint?: string };

type Values<C extends ReasonCode> =
  unknown extends ParamsOf<Reasons[C]> ? [] : [params: ParamsOf<Reasons[C]>];

/**
 * The reason with this code. Its English sentence is created only here. A value may itself be a stored reason, which
 * then becomes a part of this one.
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
 * A reason as text, for a column or field that can also contain a message from a person or another server.
 * `spokenReason` and `openedReason` read it.
 */
export function storedReason({ code, params }: CodedReason): string {
  return JSON.stringify(params === undefined ? { code } : { code, params });
}

/** `because`, stored. */
export function storedBecause<C extends ReasonCode>(code: C, ...values: Values<C>): string {
  return storedReason(because(code, ...values));
}

const STORED = '{"code":"';

/** Opens a stored reason among the values; leaves any other value as it is. */
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
    // A message from outside may look like a stored reason. It is shown unchanged.
  }
  return value;
}

/**
 * What a stored reason says in English, together with its code. Any other text is returned unchanged and has no code.
 */
export function spokenReason(text: string): { reason: string; cause: CodedReason | null } {
  const opened = openedReason(text);
  if (typeof opened !== "object") {
    return { reason: text, cause: null };
  }
  const { text: reason, ...cause } = opened;
  return { reason, cause: cause as CodedReason };
}

/** The row, with the failure that is stored as a reason in words. */
export function spokenError<T extends { error: string | null }>(row: T) {
  const { reason, cause } = spokenReason(row.error ?? "");
  return { ...row, error: row.error === null ? null : reason, errorCause: cause };
}

/** The campaign's row, with its stored reason in words. */
export function spokenStatus<T extends { statusReason: string }>(row: T) {
  const { reason, cause } = spokenReason(row.statusReason);
  return { ...row, statusReason: reason, statusCause: cause };
}

/** The reason with this code, if the code exists and takes no values. */
export function plainReason(code: string): Reason | undefined {
  return isReasonCode(code) && typeof reasons[code] === "string" ? say(code, undefined) : undefined;
}

function isReasonCode(code: string): code is ReasonCode {
  return Object.hasOwn(reasons, code);
}

/** What a request can name that may not exist. */
export type Thing = ReasonCode extends infer C
  ? C extends `no_such_${infer T}`
    ? T
    : never
  : never;
