import { useQuery } from "@tanstack/preact-query";
import { type Answer, ask, type WorkspaceApi } from "../../api.ts";
import type { OpenWorkspace } from "../../session.ts";

type Imports = WorkspaceApi["imports"];
/** The API of one import. */
export type OneImport = ReturnType<Imports>;

export type JobState = Import["state"];

export type Import = Answer<OneImport["get"]>;

export type Encoding = Preview["encoding"];
export type Delimiter = Preview["delimiter"];
export type Target = Guess["target"];
export type Guess = Preview["guesses"][number];

export type Preview = Answer<OneImport["preview"]["post"]>;

export type Check = Answer<OneImport["check"]["post"]>;
export type CheckedColumn = Check["columns"][number];
export type Says = CheckedColumn["values"][number]["says"];
export type Meaning = Exclude<Says, "nothing" | "unclear">;

type Order = Parameters<OneImport["start"]["post"]>[0];

/** What the person decided about who may be mailed. */
export type StatusChoices = {
  decisions: NonNullable<Order["statusDecisions"]>;
  ignoredColumns: NonNullable<Order["ignoredColumns"]>;
  wholeFileIgnored: boolean;
};

export type Export = Answer<WorkspaceApi["exports"]["get"]>["items"][number];

const isOpen = (state: JobState) => state === "queued" || state === "running";
const LIVE_MS = 1_000;

export function useImport(workspace: OpenWorkspace, id: number) {
  return useQuery({
    queryKey: ["import", workspace.id, id],
    queryFn: () => ask(workspace.call.imports({ id }).get()),
    refetchInterval: (query) => isOpen(query.state.data?.state ?? "done") && LIVE_MS,
  });
}

/** Imports, latest first; asked again every second while one runs. */
export function useImports(workspace: OpenWorkspace) {
  return useQuery({
    queryKey: ["imports", workspace.id],
    queryFn: () => ask(workspace.call.imports.get({ query: { limit: 50 } })),
    refetchInterval: (query) =>
      (query.state.data?.items.some((one) => isOpen(one.state)) ?? false) && LIVE_MS,
  });
}
