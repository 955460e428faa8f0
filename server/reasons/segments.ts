/** What is wrong with a segment or with its conditions. */
export const segmentReasons = {
  segment_is_static: "A static segment is a fixed set of contacts and has no conditions.",
  static_not_duplicable: "A static segment cannot be duplicated.",
  segment_in_audience: ({ segment, campaigns }: { segment: string; campaigns: string }) =>
    `The segment "${segment}" is in the audience of ${campaigns}.`,
  segment_unfinished: ({ segment }: { segment: string }) =>
    `The segment "${segment}" is still being created, or being deleted.`,
  segment_deleted: "A segment of it was deleted.",
  segment_asks_deleted: ({ segment }: { segment: string }) =>
    `The segment "${segment}" asks for something that was deleted; mend it first.`,
  segment_field_gone: ({ field }: { field: string }) =>
    `The rule asks for the field "${field}", which was deleted or renamed.`,
  segment_exists: ({ name }: { name: string }) => `a segment named "${name}" exists already`,
  too_many_segments: ({ max }: { max: number }) => `A workspace has at most ${max} segments.`,
  counting_too_long: "Counting took too long. Ask for less, or for fewer days.",

  rule_empty: "The rule is empty.",
  rule_too_large: {
    says: ({ count }: { count: number }) => `has ${count} conditions`,
    hint: ({ max }: { max: number }) => `Use at most ${max}.`,
  },
  rule_not_one: {
    says: "is not a rule",
    hint: "A rule is a group, a negation or a condition.",
  },
  rule_too_deep: {
    says: ({ max }: { max: number }) => `is nested more than ${max} deep`,
    hint: "Join groups, or save one as a tag.",
  },
  rule_none_of: ({ options }: { options: string }) => `is none of ${options}`,
  group_empty: { says: "is empty", hint: "Add a condition, or remove the group." },
  group_too_large: {
    says: ({ count }: { count: number }) => `has ${count} entries`,
    hint: ({ max }: { max: number }) => `Use at most ${max}.`,
  },
  condition_not_one: {
    says: "is no condition",
    hint: "Give exactly one of field, tag, list, mail, status, event.",
  },
  condition_tag_gone: { says: "is no tag of this workspace", hint: "It may have been deleted." },
  condition_list_gone: { says: "is no list of this workspace", hint: "It may have been deleted." },
  condition_field_gone: {
    says: "is no field of this workspace",
    hint: "It may have been deleted or renamed.",
  },
  condition_campaign_gone: {
    says: "is no campaign of this workspace",
    hint: "It may have been deleted.",
  },
  condition_operator: {
    says: "cannot be asked of this field",
    hint: ({ options }: { options: string }) => `Use one of ${options}.`,
  },
  condition_link: {
    says: "needs the campaign it is in",
    hint: "Choose clicked and exactly one campaign.",
  },
  operand_no_pair: { says: "is not a pair", hint: "Give the first and the last." },
  operand_turned: { says: "ends before it begins", hint: "Swap the two." },
  operand_empty: {
    says: "is empty",
    hint: "Write what to look for, or ask whether it is known.",
  },
  operand_too_many: ({ max }: { max: number }) => `has more than ${max} entries`,
  operand_too_long: ({ max }: { max: number }) =>
    `is longer than ${max} characters, or holds a control character`,
  operand_no_integer: ({ min, max }: { min: number; max: number }) =>
    `is not a whole number from ${min} to ${max}`,
  operand_no_number: "is not a number",
  operand_no_date: { says: "is not a date", hint: "Write it as 2026-12-31." },
  condition_properties: ({ max }: { max: number }) => `is not a list of at most ${max} properties`,
  condition_property: {
    says: "is not the name of a property",
    hint: "Letters, digits and _, 40 at most.",
  },
};
