// Which pages the reads thread reads: question and answer cross to it, the function does not.
import { contactLooks } from "../features/contacts/contact-looks.service.ts";
import type { LookAt } from "../features/ports.ts";
import { reportLooks } from "../features/reports/report-looks.service.ts";

type NamedLook = { name: string; read: (at: LookAt, asked: never) => unknown };

const looks = new Map<string, NamedLook>(
  [...Object.values(contactLooks), ...Object.values(reportLooks)].map((look) => [look.name, look]),
);

/** Reads the page of that name; question and name come from one `Look`. @throws AppError what its function throws. */
export function readLook(name: string, at: LookAt, asked: unknown): unknown {
  const look = looks.get(name);
  if (look === undefined) {
    throw new Error(`no look is called ${name}: jobs/looks.ts does not list it`);
  }
  return look.read(at, asked as never);
}
