/** The kinds of job that are too heavy for the HTTP thread. */
export const heavyKinds = [
  "import.run",
  "import.undo",
  "export.run",
  "contacts.bulk",
  "contacts.bulk_undo",
  "campaign.purge",
  "audience.task",
  "privacy.person",
  "privacy.tidy",
] as const;
export type HeavyKind = (typeof heavyKinds)[number];
