import { Command, LogOut, Server, UserRound } from "lucide-preact";
import { useLocation } from "preact-iso";
import { api, ask } from "../api.ts";
import { type NavigationEntry, navigation } from "../navigation.ts";
import { type Me, queryClient, useRailWorkspaceId } from "../session.ts";
import { Key } from "../ui/display.tsx";
import { Menu } from "../ui/menu.tsx";
import { attempt } from "../ui/toast.tsx";
import { openPalette, openShortcuts } from "./palette-state.ts";
import { t } from "./shell.messages.ts";
import { WorkspaceSwitcher } from "./workspace-switcher.tsx";

/** True when `path` is the entry's page or one below it. */
export function isCurrent(entryPath: string, path: string, base: string): boolean {
  const full = base + entryPath;
  return path === full || (entryPath !== "" && path.startsWith(`${full}/`));
}

/** The left navigation: workspace, search, pages, account. */
export function Rail({ me, class: className = "" }: { me: Me; class?: string }) {
  return (
    <div class={`flex min-h-0 flex-col gap-3 p-2 pt-3 ${className}`}>
      <WorkspaceSwitcher me={me} />
      <button
        type="button"
        onClick={openPalette}
        class="mx-0.5 flex h-8 items-center gap-2 rounded-md border border-line bg-base-100 px-2.5 text-sm text-muted hover:border-line-strong"
      >
        <span class="flex-1 truncate text-left">{t("palette")}</span>
        <Key>{/Mac|iPhone|iPad/.test(navigator.platform) ? "⌘K" : "Ctrl K"}</Key>
      </button>
      <RailPages me={me} />
      <AccountMenu me={me} />
    </div>
  );
}

/** The pages of the workspace; also used in the drawer on phones. */
export function RailPages({ me, onGo }: { me: Me; onGo?: () => void }) {
  const { path } = useLocation();
  const id = useRailWorkspaceId(me);
  if (id === "") {
    return <div class="flex-1" />;
  }
  return (
    <nav aria-label={t("mainNavigation")} class="min-h-0 flex-1 overflow-y-auto">
      <ul class="flex flex-col gap-px">
        {navigation(me, id).map((entry) => (
          <RailEntry
            key={entry.path}
            entry={entry}
            base={`/w/${id}`}
            path={path}
            {...(onGo === undefined ? {} : { onGo })}
          />
        ))}
      </ul>
    </nav>
  );
}

const rowClass =
  "flex min-h-8 items-center gap-2.5 rounded-md px-2.5 text-base no-underline hover:bg-base-300 aria-[current=page]:bg-base-300 aria-[current=page]:font-medium max-md:min-h-10";

function RailEntry({
  entry,
  base,
  path,
  onGo,
}: {
  entry: NavigationEntry;
  base: string;
  path: string;
  onGo?: () => void;
}) {
  const open =
    isCurrent(entry.path, path, base) ||
    entry.children?.some((child) => isCurrent(child.path, path, base)) === true;
  const Icon = entry.icon;
  return (
    <li>
      <a
        href={base + entry.path}
        onClick={onGo}
        aria-current={open && entry.children === undefined ? "page" : undefined}
        class={`${rowClass} ${open ? "text-base-content" : "text-muted hover:text-base-content"}`}
      >
        <Icon size={16} aria-hidden="true" class="flex-none" />
        <span class="flex-1 truncate">{entry.label}</span>
      </a>
      {open && entry.children !== undefined && (
        <ul class="mt-px mb-1 ml-[18px] flex flex-col gap-px border-l border-line pl-2">
          {entry.children.map((child) => (
            <li key={child.path}>
              <a
                href={base + child.path}
                onClick={onGo}
                aria-current={currentChild(entry, path, base) === child.path ? "page" : undefined}
                class={`${rowClass} text-muted aria-[current=page]:text-base-content`}
              >
                {child.label}
              </a>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

/** The child with the longest matching path: "/settings" is not current on "/settings/members". */
function currentChild(entry: NavigationEntry, path: string, base: string): string | undefined {
  return entry.children
    ?.filter((child) => isCurrent(child.path, path, base))
    .sort((a, b) => b.path.length - a.path.length)[0]?.path;
}

/** Ends the session in this browser. */
export async function signOut(): Promise<void> {
  if (await attempt(() => ask(api.auth["sign-out"].post()))) {
    queryClient.clear();
    location.assign("/sign-in");
  }
}

function AccountMenu({ me }: { me: Me }) {
  return (
    <Menu
      label={t("account")}
      align="start"
      buttonClass="flex h-10 w-full items-center gap-2.5 rounded-md px-2 text-left hover:bg-base-300"
      button={
        <>
          <Initials name={me.user.name || me.user.email} />
          <span class="min-w-0 flex-1">
            <span class="block truncate text-sm font-medium">{me.user.name || me.user.email}</span>
          </span>
        </>
      }
      items={[
        { label: t("account"), icon: UserRound, href: "/account" },
        ...(me.user.isAdmin ? [{ label: t("instance"), icon: Server, href: "/instance" }] : []),
        {
          label: t("keyboardShortcuts"),
          icon: Command,
          onSelect: openShortcuts,
          note: <Key>?</Key>,
        },
        "separator",
        {
          label: t("signOut"),
          icon: LogOut,
          onSelect: signOut,
        },
      ]}
    />
  );
}

/** Initials of a name in a circle. */
export function Initials({ name }: { name: string }) {
  const letters = name
    .split(/[\s@.]+/)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join("");
  return (
    <span
      aria-hidden="true"
      class="grid size-6 flex-none place-items-center rounded-full bg-base-content text-[10px] font-semibold text-base-100"
    >
      {letters}
    </span>
  );
}
