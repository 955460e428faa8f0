/** What can be wrong with the value of a field, whatever its meaning. The sentences follow the field's name. */
export const fieldReasons = {
  empty: "must not be empty",
  too_long: ({ max }: { max: number }) => `must have at most ${max} characters`,
  too_short: ({ min }: { min: number }) => `must have at least ${min} characters`,
  below_minimum: ({ min }: { min: number }) => `must be at least ${min}`,
  above_maximum: ({ max }: { max: number }) => `must be at most ${max}`,
  not_one_of: ({ options }: { options: string }) => `must be one of: ${options}`,
  not_a_number: "must be a number",
  not_an_id: "is not a valid ID",
  no_parameters: {
    says: "is not a query parameter here",
    hint: "This address has no query parameters.",
  },
  other_parameters: {
    says: "is not a query parameter here",
    hint: ({ names }: { names: string }) => `The query parameters here are: ${names}.`,
  },
  unknown_member: "is not a known field of this request",
  control_character: "contains a line break or another control character",
  not_an_email: "is not an email address",
  not_a_local_time: "is not a valid time such as 2026-11-30T09:00",
  in_the_past: "is in the past",
  bad_etag: { says: "is not an ETag of this resource", hint: 'For example "3".' },
  bad_cursor: {
    says: "is not a cursor that this list returned",
    hint: "Leave it out to start from the beginning.",
  },
  bad_idempotency_key: "must be 1 to 200 visible ASCII characters",
  used_idempotency_key: {
    says: "was already used for a different request",
    hint: "Use a new key.",
  },
};
