/**
 * What can be wrong with the value of one field, as a code and the values that its sentence needs. The set is closed:
 * the interface words each code in the reader's language, and the compiler reports a code without words.
 */
export type FieldFault =
  | { code: "empty" }
  | { code: "too_long"; params: { max: number } }
  | { code: "too_short"; params: { min: number } }
  | { code: "below_minimum"; params: { min: number } }
  | { code: "above_maximum"; params: { max: number } }
  | { code: "not_one_of"; params: { options: string } }
  | { code: "not_a_number" }
  | { code: "not_an_id" }
  | { code: "unknown_parameter" }
  | { code: "unknown_member" };

export type FieldFaultCode = FieldFault["code"];

/** The English reason that API clients read beside the code. */
export function reasonOfFault(fault: FieldFault): string {
  switch (fault.code) {
    case "empty":
      return "must not be empty";
    case "too_long":
      return `must have at most ${fault.params.max} characters`;
    case "too_short":
      return `must have at least ${fault.params.min} characters`;
    case "below_minimum":
      return `must be at least ${fault.params.min}`;
    case "above_maximum":
      return `must be at most ${fault.params.max}`;
    case "not_one_of":
      return `must be one of: ${fault.params.options}`;
    case "not_a_number":
      return "must be a number";
    case "not_an_id":
      return "is not a valid ID";
    case "unknown_parameter":
      return "is not a query parameter here";
    case "unknown_member":
      return "is not a known field of this request";
  }
}
