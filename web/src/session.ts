import { QueryClient, useQuery } from "@tanstack/preact-query";
import { useLocation, useRoute } from "preact-iso";
import { api, ask, type WorkspaceApi } from "./api.ts";
import { suggestLocale } from "./i18n.ts";
import { Problem } from "./problem.ts";

async function readMe() {
  const me = await ask(api.auth.me.get());
  suggestLocale(me.user.locale);
  return me;
}

export type Me = Awaited<ReturnType<typeof readMe>>;
export type MyWorkspace = Me["workspaces"][number];
export type Role = MyWorkspace["role"];

/** One cache for the page. A refused request is not retried, because the answer would be the same. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (count, error) =>
        count < 2 && error instanceof Problem && (error.status === 0 || error.status >= 502),
    },
  },
});

/** The signed-in person and their workspaces. */
export function useMe() {
  return useQuery({ queryKey: ["me"], queryFn: readMe, staleTime: 60_000 });
}

/**
 * The id in `/w/:workspaceId/…`; empty outside a workspace. It comes from the route, not from the URL: while the next
 * page loads, the old one is still shown although the URL has changed.
 */
export function useWorkspaceId(): string {
  const { path } = useLocation();
  const { params } = useRoute() as { params?: Record<string, string> };
  return params?.["workspaceId"] ?? /^\/w\/([^/]+)/.exec(path)?.[1] ?? "";
}

/**
 * The workspace whose pages the navigation shows: the open one, or the last used one on pages outside a workspace.
 */
export function useRailWorkspaceId(me: Me): string {
  const open = useWorkspaceId();
  const isMine = me.workspaces.some((one) => one.id === open);
  return isMine ? open : (/^\/w\/(.+)/.exec(homePath(me))?.[1] ?? "");
}

export type OpenWorkspace = {
  id: string;
  name: string;
  role: Role;
  /** "/w/<id>", to put before a page's path. */
  base: string;
  /** "/workspaces/<id>", to put before an API path. */
  api: string;
  /** The API inside it, typed by the server: `ask(workspace.call.lists.get())`. */
  call: WorkspaceApi;
  canEdit: boolean;
  canAdmin: boolean;
};

/** The open workspace and the person's permissions in it. */
export function useWorkspace(): OpenWorkspace {
  const id = useWorkspaceId();
  const mine = useMe().data?.workspaces.find((one) => one.id === id);
  const role = mine?.role ?? "viewer";
  return {
    id,
    name: mine?.name ?? "",
    role,
    base: `/w/${id}`,
    api: `/workspaces/${id}`,
    call: api.workspaces({ workspaceId: id }),
    canEdit: role !== "viewer",
    canAdmin: role === "admin" || role === "owner",
  };
}

const LAST_WORKSPACE = "swiftmail.workspaces";

/** Ids of the workspaces opened in this browser, most recent first. */
export function recentWorkspaces(): string[] {
  return (localStorage.getItem(LAST_WORKSPACE) ?? "").split(",").filter((id) => id !== "");
}

/** Puts a workspace first among the recent ones. */
export function rememberWorkspace(id: string): void {
  const rest = recentWorkspaces().filter((one) => one !== id);
  localStorage.setItem(LAST_WORKSPACE, [id, ...rest].slice(0, 8).join(","));
}

/** The start page of a signed-in person: the last used workspace, or their account. */
export function homePath(me: Me): string {
  const known = recentWorkspaces().find((id) => me.workspaces.some((one) => one.id === id));
  const id = known ?? me.workspaces[0]?.id;
  return id === undefined ? "/account" : `/w/${id}`;
}
