import { addressReasons } from "./addresses.ts";
import { campaignReasons } from "./campaigns.ts";
import { contactReasons } from "./contacts.ts";
import { contentReasons } from "./content.ts";
import { fieldReasons } from "./fields.ts";
import { peopleReasons } from "./people.ts";
import { requestReasons } from "./requests.ts";
import { segmentReasons } from "./segments.ts";
import { sendingReasons } from "./sending.ts";
import { filled, type Params, type ParamsOf } from "./sentence.ts";
import { missingThings } from "./things.ts";

/** All reasons, by area. A code belongs to one of them. */
export const reasonAreas = {
  fields: fieldReasons,
  things: missingThings,
  requests: requestReasons,
  campaigns: campaignReasons,
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

/** The reason with this code; its English sentence is made here and nowhere else. */
export function because<C extends ReasonCode>(code: C, ...[params]: Values<C>): Reason {
  const { text, hint } = filled(reasons[code], (params ?? {}) as Params);
  return {
    code,
    ...(params === undefined ? {} : { params: params as Params }),
    text,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** The things that a request can name and that may not exist. */
export type Thing = ReasonCode extends infer C
  ? C extends `no_such_${infer T}`
    ? T
    : never
  : never;
