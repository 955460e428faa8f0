import { useQuery } from "@tanstack/preact-query";
import { type Answer, ask, type WorkspaceApi } from "../../api.ts";
import type { OpenWorkspace } from "../../session.ts";
import { isOpen, LIVE_MS } from "../../ui/work-state.tsx";

type Imports = WorkspaceApi["imports"];
/** The API of one import. */
export type OneImport = ReturnType<Imports>;

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

/** The person's decisions on who may be mailed. */
export type StatusChoices = {
  decisions: NonNullable<Order["statusDecisions"]>;
  ignoredColumns: NonNullable<Order["ignoredColumns"]>;
  wholeFileIgnored: boolean;
};

export type Export = Answer<WorkspaceApi["exports"]["get"]>["items"][number];

export function useImport(workspace: OpenWorkspace, id: number) {
  return useQuery({
    queryKey: ["import", workspace.id, id],
    queryFn: () => ask(workspace.call.imports({ id }).get()),
    refetchInterval: (query) =>
      query.state.data !== undefined && isOpen(query.state.data) && LIVE_MS,
  });
}

/** Imports, newest first. Reloaded every second while one runs. */
export function useImports(workspace: OpenWorkspace) {
  return useQuery({
    queryKey: ["imports", workspace.id],
    queryFn: () => ask(workspace.call.imports.get({ query: { limit: 50 } })),
    refetchInterval: (query) => (query.state.data?.items.some(isOpen) ?? false) && LIVE_MS,
  });
}
