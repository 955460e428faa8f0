import type { ReasonCode } from "../../../server/app.ts";
import { addresses } from "./addresses.ts";
import { campaigns } from "./campaigns.ts";
import { connections } from "./connections.ts";
import { contacts } from "./contacts.ts";
import { content } from "./content.ts";
import { dnsRecords } from "./dns-records.ts";
import { fields } from "./fields.ts";
import { launch } from "./launch.ts";
import { pauses } from "./pauses.ts";
import { people } from "./people.ts";
import { requests } from "./requests.ts";
import { segments } from "./segments.ts";
import { sending } from "./sending.ts";
import { shippedRules } from "./shipped-rules.ts";
import { things } from "./things.ts";
import type { RefusalWords } from "./words.ts";
import { work } from "./work.ts";

/** The texts of every reason of the server. The compiler reports a code without a text. */
export const refusalWords = {
  ...fields,
  ...things,
  ...requests,
  ...campaigns,
  ...work,
  ...launch,
  ...pauses,
  ...shippedRules,
  ...sending,
  ...connections,
  ...dnsRecords,
  ...people,
  ...content,
  ...segments,
  ...contacts,
  ...addresses,
} satisfies Record<ReasonCode, RefusalWords>;
