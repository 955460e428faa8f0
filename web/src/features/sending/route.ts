import { useQuery } from "@tanstack/preact-query";
import { type Answer, api, ask, type WorkspaceApi } from "../../api.ts";
import { useWorkspace } from "../../session.ts";

type Routes = WorkspaceApi["routes"];

/** A sending method, as the API returns it. */
export type Route = Answer<Routes["get"]>["items"][number];
export type RouteCheck = Answer<Routes["check"]["post"]>;
export type RouteSource = Route["sources"][number];
export type RouteGroup = Answer<WorkspaceApi["route-groups"]["get"]>["items"][number];
type Presets = (typeof api)["route-presets"];
export type Preset = Answer<Presets["get"]>["items"][number];

export function useRoutes() {
  const workspace = useWorkspace();
  return useQuery({
    queryKey: ["routes", workspace.id],
    queryFn: () => ask(workspace.call.routes.get()),
  });
}

export function useRouteGroups() {
  const workspace = useWorkspace();
  return useQuery({
    queryKey: ["route-groups", workspace.id],
    queryFn: () => ask(workspace.call["route-groups"].get()),
  });
}

/** The known providers. They only change with a new version. */
export function usePresets() {
  return useQuery({
    queryKey: ["route-presets"],
    queryFn: () => ask(api["route-presets"].get()),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
