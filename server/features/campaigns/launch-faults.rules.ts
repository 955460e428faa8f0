import { type Reason, reasonWith } from "../../platform/errors.ts";

/**
 * What prevents a campaign from being sent or would harm its delivery, as a code with the values of its sentence. The
 * sentences are in `server/reasons/launch.ts`.
 */
export type LaunchFault =
  | { code: PlainCode }
  /** `at`: when it was started (unix ms). */
  | { code: "sent_before"; params: { at: number } }
  | { code: "route_unsigned"; params: { route: string } }
  | { code: "domain_missing" | "domain_missing_direct"; params: { domain: string } }
  | { code: "domain_unverified"; params: { domain: string } }
  /** `at`: when its key was last seen (unix ms). */
  | { code: "domain_key_lost"; params: { domain: string; at: number } }
  | { code: "public_url_local" | "public_url_http"; params: { url: string } };

type PlainCode =
  | "refusals_lost"
  | "no_subject"
  | "no_body"
  | "content_unchecked"
  | "no_audience"
  | "list_deleted"
  | "no_sender"
  | "no_route"
  | "route_disabled"
  | "sender_test_only"
  | "empty_audience"
  | "no_unsubscribe_link"
  | "no_text"
  | "only_images"
  | "no_postal_address";

/** A fault as the API sends it: `message` is its English sentence. */
export type DescribedFault = {
  code: Reason["code"] | "template_warning";
  message: string;
  params?: NonNullable<Reason["params"]>;
};

/** Why a fault refuses a launch. */
export function launchReason(fault: LaunchFault): Reason {
  return reasonWith(fault);
}

/** A fault with its English sentence. */
export function described(fault: LaunchFault): DescribedFault {
  return asFault(launchReason(fault));
}

/** A reason as a fault of a campaign. */
export function asFault({ code, params, text }: Reason): DescribedFault {
  return { code, message: text, ...(params === undefined ? {} : { params }) };
}
