import type { ReasonCode } from "../../../server/app.ts";
import { campaigns } from "./campaigns.ts";
import { fields } from "./fields.ts";
import { requests } from "./requests.ts";
import { things } from "./things.ts";
import type { RefusalWords } from "./words.ts";

/** The words of every refusal; the compiler reports a code without any. */
export const refusalWords = {
  ...fields,
  ...things,
  ...requests,
  ...campaigns,
} satisfies Record<ReasonCode, RefusalWords>;
