import type { WorkspaceApi } from "../../api.ts";

/** An action with its input: a list, a tag, or a field and its value. */
export type BulkChange = Omit<
  Parameters<WorkspaceApi["contacts"]["bulk"]["post"]>[0],
  "ids" | "filter"
>;
