// The queries ("looks") that the reads thread can run. Only a look's name, arguments and result cross the thread
// boundary; the function is found here by its name.
import { contactLooks } from "../features/contacts/contact-looks.service.ts";
import type { LookAt } from "../features/ports.ts";
import { reportLooks } from "../features/reports/report-looks.service.ts";

type NamedLook = { name: string; read: (at: LookAt, asked: never) => unknown };

const looks = new Map<string, NamedLook>(
  [...Object.values(contactLooks), ...Object.values(reportLooks)].map((look) => [look.name, look]),
);

/** Runs the look called `name`. `asked` has the right type, because both come from the same `Look`. */
export function readLook(name: string, at: LookAt, asked: unknown): unknown {
  const look = looks.get(name);
  if (look === undefined) {
    throw new Error(`there is no look called ${name} in jobs/looks.ts`);
  }
  return look.read(at, asked as never);
}
