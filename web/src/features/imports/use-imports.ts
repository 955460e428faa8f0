import { useQuery } from "@tanstack/preact-query";
import { type Answer, http, type Page, type WorkspaceApi } from "../../api.ts";

type Imports = WorkspaceApi["imports"];

export type JobState = Import["state"];

export type Import = Answer<ReturnType<Imports>["get"]>;

export type Encoding = Preview["encoding"];
export type Delimiter = Preview["delimiter"];
export type Target = Guess["target"];
export type Guess = Preview["guesses"][number];

export type Preview = Answer<ReturnType<Imports>["preview"]["post"]>;

export type Check = Answer<ReturnType<Imports>["check"]["post"]>;
export type CheckedColumn = Check["columns"][number];
export type Says = CheckedColumn["values"][number]["says"];
export type Meaning = Exclude<Says, "nothing" | "unclear">;

/** What the person decided about who may be mailed. */
export type StatusChoices = {
  decisions: { column: number; value: string | null; meaning: Meaning | "nothing" }[];
  ignoredColumns: number[];
  wholeFileIgnored: boolean;
};

export type Export = Answer<WorkspaceApi["exports"]["get"]>["items"][number];

const isOpen = (state: JobState) => state === "queued" || state === "running";
const LIVE_MS = 1_000;

export function useImport(workspaceApi: string, id: string) {
  return useQuery({
    queryKey: ["import", workspaceApi, id],
    queryFn: () => http.get<Import>(`${workspaceApi}/imports/${id}`),
    refetchInterval: (query) => isOpen(query.state.data?.state ?? "done") && LIVE_MS,
  });
}

/** Imports, latest first; asked again every second while one runs. */
export function useImports(workspaceApi: string) {
  return useQuery({
    queryKey: ["imports", workspaceApi],
    queryFn: () => http.get<Page<Import>>(`${workspaceApi}/imports`, { limit: 50 }),
    refetchInterval: (query) =>
      (query.state.data?.items.some((one) => isOpen(one.state)) ?? false) && LIVE_MS,
  });
}
