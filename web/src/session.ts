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

/** One cache for the page. A refusal is not retried: asking again changes nothing. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (count, error) =>
        count < 2 && error instanceof Problem && (error.status === 0 || error.status >= 502),
    },
  },
});

/** Who is signed in, and the workspaces they have a part in. */
export function useMe() {
  return useQuery({ queryKey: ["me"], queryFn: readMe, staleTime: 60_000 });
}

/**
 * The id in `/w/:workspaceId/…`; empty outside of a workspace. A page asks its route, not the
 * address: while the next page loads it is still shown, and the address is another's already.
 */
export function useWorkspaceId(): string {
  const { path } = useLocation();
  const { params } = useRoute() as { params?: Record<string, string> };
  return params?.["workspaceId"] ?? /^\/w\/([^/]+)/.exec(path)?.[1] ?? "";
}

/** The workspace whose pages the rail shows: the open one, or on pages outside of any the one used last. */
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

/** The workspace that is open and what one may do in it. */
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

/** Ids of the workspaces opened in this browser, latest first. */
export function recentWorkspaces(): string[] {
  return (localStorage.getItem(LAST_WORKSPACE) ?? "").split(",").filter((id) => id !== "");
}

/** Puts a workspace first among the recent ones. */
export function rememberWorkspace(id: string): void {
  const rest = recentWorkspaces().filter((one) => one !== id);
  localStorage.setItem(LAST_WORKSPACE, [id, ...rest].slice(0, 8).join(","));
}

/** Where a signed-in person lands: the workspace they used last, or their account. */
export function homePath(me: Me): string {
  const known = recentWorkspaces().find((id) => me.workspaces.some((one) => one.id === id));
  const id = known ?? me.workspaces[0]?.id;
  return id === undefined ? "/account" : `/w/${id}`;
}
