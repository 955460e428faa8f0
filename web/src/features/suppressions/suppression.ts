import type { Answer, WorkspaceApi } from "../../api.ts";

type Suppressions = WorkspaceApi["suppressions"];

/** An address that must not be mailed. */
export type Suppression = Answer<Suppressions["get"]>["items"][number];
export type Added = Answer<Suppressions["post"]>;

export const reasons = [
  "unsubscribed",
  "hard_bounce",
  "complaint",
  "manual",
  "unclear",
] as const satisfies Suppression["reason"][];
