import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { locale } from "../i18n.ts";
import { navigation } from "../navigation.ts";
import { type Theme, theme } from "../preferences.ts";
import { type Me, useRailWorkspaceId } from "../session.ts";
import { type Command, useCommands } from "../ui/commands.ts";
import { openPalette, openShortcuts } from "./palette-state.ts";
import { signOut } from "./rail.tsx";
import { t } from "./shell.messages.ts";

/** Registers the commands available on every page: navigation, workspaces, theme, keyboard help. */
export function ShellCommands({ me }: { me: Me }) {
  const { route } = useLocation();
  const id = useRailWorkspaceId(me);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        openPalette();
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  useCommands(
    () => [
      ...pageCommands(me, id, route),
      ...workspaceCommands(me, id, route),
      ...everywhere(route),
    ],
    [me, id, route, locale.value],
  );
  return null;
}

function pageCommands(me: Me, id: string, route: (url: string) => void): Command[] {
  if (id === "") {
    return [];
  }
  return navigation(me, id).flatMap((entry) => {
    const go = (path: string, label: string, shortcut?: string): Command => ({
      id: `go:${path}`,
      group: t("goTo"),
      label,
      keywords: entry.label,
      run: () => route(`/w/${id}${path}`),
      ...(shortcut === undefined ? {} : { shortcut }),
    });
    const below = (entry.children ?? []).filter((child) => child.path !== entry.path);
    return [
      go(entry.path, entry.label, entry.shortcut),
      ...below.map((child) => go(child.path, child.label)),
    ];
  });
}

function workspaceCommands(me: Me, id: string, route: (url: string) => void): Command[] {
  return me.workspaces
    .filter((one) => one.id !== id)
    .map((one) => ({
      id: `workspace:${one.id}`,
      group: t("workspaces"),
      label: one.name,
      keywords: one.organizationName,
      run: () => route(`/w/${one.id}`),
    }));
}

function everywhere(route: (url: string) => void): Command[] {
  const group = t("anywhere");
  const themeCommand = (value: Theme, label: string): Command => ({
    id: `theme:${value}`,
    group,
    label,
    keywords: t("appearance"),
    run: () => {
      theme.value = value;
    },
  });
  return [
    {
      id: "new-workspace",
      group,
      label: t("newWorkspace"),
      run: () => route("/account/new-workspace"),
    },
    { id: "account", group, label: t("account"), run: () => route("/account") },
    {
      id: "search",
      group,
      label: t("focusSearch"),
      shortcut: "/",
      run: () => document.querySelector<HTMLElement>("[data-search]")?.focus(),
    },
    {
      id: "shortcuts",
      group,
      label: t("keyboardShortcuts"),
      shortcut: "?",
      run: openShortcuts,
    },
    themeCommand("system", t("themeSystem")),
    themeCommand("light", t("themeLight")),
    themeCommand("dark", t("themeDark")),
    {
      id: "sign-out",
      group,
      label: t("signOut"),
      run: signOut,
    },
  ];
}
