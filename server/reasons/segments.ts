/** What is wrong with a segment or its conditions. */
export const segmentReasons = {
  segment_is_static: "A static segment is a fixed set of contacts and has no conditions.",
  static_not_duplicable: "A static segment cannot be duplicated.",
  segment_in_audience: ({ segment, campaigns }: { segment: string; campaigns: string }) =>
    `The segment "${segment}" is in the audience of ${campaigns}.`,
  segment_unfinished: ({ segment }: { segment: string }) =>
    `The segment "${segment}" is still being created, or being deleted.`,
  segment_deleted: "A segment in the audience was deleted.",
  segment_asks_deleted: ({ segment }: { segment: string }) =>
    `The segment "${segment}" uses something that was deleted. Fix the segment first.`,
  segment_field_gone: ({ field }: { field: string }) =>
    `A condition uses the field "${field}", which was deleted or renamed.`,
  segment_exists: ({ name }: { name: string }) => `a segment named "${name}" already exists`,
  too_many_segments: ({ max }: { max: number }) => `A workspace has at most ${max} segments.`,
  counting_too_long: "Counting took too long. Use fewer conditions or a shorter period.",

  rule_empty: "There are no conditions.",
  rule_too_large: {
    says: ({ count }: { count: number }) => `has ${count} conditions`,
    hint: ({ max }: { max: number }) => `Use at most ${max}.`,
  },
  rule_not_one: {
    says: "is not a set of conditions",
    hint: "Give a group, a negation or a condition.",
  },
  rule_too_deep: {
    says: ({ max }: { max: number }) => `is nested more than ${max} levels deep`,
    hint: "Merge groups, or tag the contacts of one group and use the tag instead.",
  },
  rule_none_of: ({ options }: { options: string }) => `is not one of: ${options}`,
  group_empty: { says: "is empty", hint: "Add a condition, or remove the group." },
  group_too_large: {
    says: ({ count }: { count: number }) => `has ${count} entries`,
    hint: ({ max }: { max: number }) => `Use at most ${max}.`,
  },
  condition_not_one: {
    says: "is not a condition",
    hint: "Give exactly one of field, tag, list, mail, status, event.",
  },
  condition_tag_gone: { says: "is not a tag in this workspace", hint: "It may have been deleted." },
  condition_list_gone: {
    says: "is not a list in this workspace",
    hint: "It may have been deleted.",
  },
  condition_field_gone: {
    says: "is not a field in this workspace",
    hint: "It may have been deleted or renamed.",
  },
  condition_campaign_gone: {
    says: "is not a campaign in this workspace",
    hint: "It may have been deleted.",
  },
  condition_operator: {
    says: "is not available for this field",
    hint: ({ options }: { options: string }) => `Use one of ${options}.`,
  },
  condition_link: {
    says: "needs a campaign that contains the link",
    hint: 'Choose "clicked" and exactly one campaign.',
  },
  operand_no_pair: { says: "is not a pair of values", hint: "Give the first and the last value." },
  operand_turned: { says: "ends before it begins", hint: "Swap the two values." },
  operand_empty: {
    says: "is empty",
    hint: "Enter a value, or ask whether the field has one.",
  },
  operand_too_many: ({ max }: { max: number }) => `has more than ${max} entries`,
  operand_too_long: ({ max }: { max: number }) =>
    `is longer than ${max} characters, or contains a control character`,
  operand_no_integer: ({ min, max }: { min: number; max: number }) =>
    `is not a whole number from ${min} to ${max}`,
  operand_no_number: "is not a number",
  operand_no_date: { says: "is not a date", hint: "Write it like 2026-12-31." },
  condition_properties: ({ max }: { max: number }) => `is not a list of at most ${max} properties`,
  condition_property: {
    says: "is not the name of a property",
    hint: "Use letters, digits and _, at most 40 characters.",
  },
};
