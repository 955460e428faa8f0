/** Why contacts, fields, tags or lists cannot be saved, changed or deleted. */
export const contactReasons = {
  contact_does_not_fit: "The contact has a value that cannot be saved.",
  contact_or_email: "give either contactId or email",
  contact_or_address: "give either contactId or address",
  ids_or_filter: "give either ids or a filter",
  no_tag_named: "give a tag to add or remove",
  needed_for_action: "is required for this action",
  sort_needs_everybody: "by address is only available for the whole audience, not with a filter",
  unknown_contact: "there is no such contact",
  unknown_contact_address: "there is no contact with this address",
  contact_exists: "a contact with this address already exists",
  not_another_contact: "is the same contact",
  person_erased: {
    says: "this person was erased on request and cannot be added again",
    hint: "An administrator of the workspace can undo the erasure under Privacy.",
  },
  complaint_stays: {
    says: "This person reported your mail as spam. Only an administrator of the workspace can remove the suppression.",
    hint: "If the person wants your mail again, ask an administrator.",
  },
  not_a_language: "is not a language code such as en or pt-BR",
  not_a_time_zone: { says: "is not a time zone", hint: "Write it as Europe/Berlin." },
  not_a_country: { says: "is not a country code", hint: "Write two letters, such as DE or US." },

  not_a_field: "is not a field in this workspace",
  field_key_spelling:
    "must begin with a lowercase letter and contain only lowercase letters, digits and _, at most 40 characters",
  field_key_reserved: "is the name of a built-in property of contacts",
  field_key_exists: ({ key }: { key: string }) => `the field ${key} already exists`,
  field_key_moves: "values are still being moved from the previous key",
  field_values_move: "Its values are still being moved to a new name.",
  too_many_fields: ({ max }: { max: number }) => `A workspace has at most ${max} custom fields.`,
  choice_separator: ({ choice }: { choice: string }) =>
    `"${choice}" contains ; or |, which separate choices in a file`,
  no_choices: "a choice field needs at least one choice",
  too_many_choices: ({ max }: { max: number }) => `there are more than ${max}`,

  value_not_single: "is not a single value",
  value_has_nul: "contains a NUL character",
  value_too_long: ({ length, max }: { length: number; max: number }) =>
    `has ${length} characters; the limit is ${max}`,
  value_two_numbers: ({ text, large, small }: { text: string; large: string; small: string }) =>
    `"${text}" could mean two numbers: write ${large} or ${small}`,
  value_no_number: ({ text }: { text: string }) => `"${text}" is not a number`,
  value_number_large: ({ text }: { text: string }) => `"${text}" is too large for a number`,
  value_no_boolean: ({ text }: { text: string }) => `"${text}" is neither yes nor no`,
  value_no_date: ({ text }: { text: string }) =>
    `"${text}" is not a date: write it like 2026-12-31`,
  value_two_dates: ({ text }: { text: string }) =>
    `"${text}" could mean two dates: write it like 2026-12-31`,
  value_unknown_date: ({ text }: { text: string }) => `the date "${text}" does not exist`,
  value_no_choice: ({ text, choices }: { text: string; choices: string }) =>
    `"${text}" is not one of: ${choices}`,
  value_no_url: ({ text }: { text: string }) => `"${text}" is not the address of a web page`,

  tag_separator: "contains ; or |, which separate tags in a file",
  tag_unusable: ({ tag }: { tag: string }) =>
    `"${tag}" cannot be a tag: it is empty or too long, or contains ;, | or a control character`,
  tag_exists: {
    says: ({ name }: { name: string }) => `a tag named "${name}" already exists`,
    hint: "Merge the two tags instead.",
  },
  too_many_tags: ({ max }: { max: number }) => `A workspace has at most ${max} tags.`,
  not_another_tag: "is not another tag in this workspace",

  list_exists: ({ name }: { name: string }) => `a list named "${name}" already exists`,
  list_excluded: ({ campaign, status }: { campaign: string; status: string }) =>
    `The campaign "${campaign}" (${status}) excludes this list. Delete the list once the campaign is finished.`,
  list_in_use: "The list is in use. Send force=true to delete it anyway.",
  list_only_of_form: ({ form }: { form: string }) =>
    `"${form}" subscribes people to no other list and would stop accepting sign-ups`,
  list_of_form: ({ form }: { form: string }) => `"${form}" subscribes people to this list`,
  list_of_segment: ({ segment }: { segment: string }) => `"${segment}" uses this list`,
  list_of_campaign: ({ campaign, status }: { campaign: string; status: string }) =>
    `"${campaign}" (${status}) has this list in its audience`,
  list_has_signups: ({ count }: { count: number }) =>
    `sign-ups that are not confirmed yet: ${count}`,

  not_a_domain: "is not a domain such as example.com",

  no_event: "The request contains no event.",
  event_name_unusable: "is empty, too long or contains a control character",
  event_time_impossible: {
    says: "is not a time in the past",
    hint: "Give it in Unix milliseconds.",
  },
  event_too_many_properties: ({ max }: { max: number }) => `contains more than ${max} entries`,
  event_property_name:
    "is not a valid property name: use letters, digits and _, at most 40 characters",
  event_property_long: ({ max }: { max: number }) =>
    `is longer than ${max} characters, or contains a NUL character`,
  event_property_kind: "must be text, a number, true or false",
  event_names_full: ({ max }: { max: number }) =>
    `is a new name, and the limit of ${max} names is reached`,
};
