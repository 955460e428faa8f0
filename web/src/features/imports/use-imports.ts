import { useQuery } from "@tanstack/preact-query";
import { type Answer, ask, type WorkspaceApi } from "../../api.ts";
import type { OpenWorkspace } from "../../session.ts";
import { useOpenTasks } from "../../tasks.ts";

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

/** One import. It is loaded again when its task has progressed. */
export function useImport(workspace: OpenWorkspace, id: number) {
  useOpenTasks(workspace);
  return useQuery({
    queryKey: ["import", workspace.id, id],
    queryFn: () => ask(workspace.call.imports({ id }).get()),
  });
}

/** Imports, newest first. They are loaded again when the task of one has progressed. */
export function useImports(workspace: OpenWorkspace) {
  useOpenTasks(workspace);
  return useQuery({
    queryKey: ["imports", workspace.id],
    queryFn: () => ask(workspace.call.imports.get({ query: { limit: 50 } })),
  });
}
