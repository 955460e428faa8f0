import { formatDate } from "../../format.ts";
import type { Params } from "../../icu.ts";
import { t } from "./launch-faults.messages.ts";

const codes = Object.keys(t.catalogue) as (keyof typeof t.catalogue)[];

/** A preflight check or the problem of a section in the reader's language; what has no words here keeps the server's. */
export function launchFault({
  code,
  params = {},
  message,
}: {
  code: string;
  params?: Params | undefined;
  message: string;
}): string {
  const known = codes.find((one) => one === code);
  if (known === undefined) {
    return message;
  }
  const { at } = params;
  return t(known, at === undefined ? params : { ...params, day: formatDate(Number(at)) });
}
