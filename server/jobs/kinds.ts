/** The kinds of job that are too heavy for the HTTP thread. */
export const heavyKinds = [
  "import.check",
  "import.run",
  "import.undo",
  "export.run",
  "contacts.bulk",
  "contacts.bulk_undo",
  "campaign.purge",
  "audience.task",
  "audience.index",
  "privacy.person",
  "privacy.tidy",
] as const;
export type HeavyKind = (typeof heavyKinds)[number];

/** One statement of theirs takes seconds: they have a thread of their own, which is there only while they run. */
export const longStatementKinds: readonly HeavyKind[] = ["audience.index"];

/** Those that go on where they stopped, so that they can make room for others at any time. */
export const resumableKinds: readonly HeavyKind[] = [
  "import.run",
  "import.undo",
  "export.run",
  "contacts.bulk",
  "contacts.bulk_undo",
  "campaign.purge",
  "audience.task",
];
