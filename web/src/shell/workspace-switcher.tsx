import { Check, ChevronsUpDown, Plus } from "lucide-preact";
import { useState } from "preact/hooks";
import { type Me, type MyWorkspace, recentWorkspaces, useRailWorkspaceId } from "../session.ts";
import { Popover } from "../ui/menu.tsx";
import { Logo } from "./logo.tsx";
import { t } from "./shell.messages.ts";

/** The open workspace, and a searchable list of the others, most recent first. */
export function WorkspaceSwitcher({ me }: { me: Me }) {
  const id = useRailWorkspaceId(me);
  const current = me.workspaces.find((one) => one.id === id);
  const name = current?.name ?? "SwiftMail";
  return (
    <Popover
      label={t("workspaces")}
      buttonClass="flex h-10 w-full items-center gap-2.5 rounded-md px-2 text-left hover:bg-base-300"
      button={
        <>
          <Logo size={24} />
          <span class="min-w-0 flex-1">
            <span class="block truncate text-sm leading-4 font-semibold">{name}</span>
            {current !== undefined && (
              <span class="block truncate text-xs text-muted">{current.organizationName}</span>
            )}
          </span>
          <ChevronsUpDown size={14} aria-hidden="true" class="flex-none text-muted" />
        </>
      }
    >
      {(close) => <Choices me={me} current={id} close={close} />}
    </Popover>
  );
}

/** Recent workspaces first, then by name. */
export function sortWorkspaces(all: MyWorkspace[], recent: string[]): MyWorkspace[] {
  const rank = (one: MyWorkspace) => {
    const at = recent.indexOf(one.id);
    return at === -1 ? recent.length : at;
  };
  return [...all].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

function Choices({ me, current, close }: { me: Me; current: string; close: () => void }) {
  const [query, setQuery] = useState("");
  const wanted = query.trim().toLowerCase();
  const found = sortWorkspaces(me.workspaces, recentWorkspaces()).filter((one) =>
    `${one.name} ${one.organizationName}`.toLowerCase().includes(wanted),
  );
  return (
    <div class="w-64">
      <input
        class="input mb-1"
        aria-label={t("findWorkspace")}
        placeholder={t("findWorkspace")}
        value={query}
        onInput={(event) => setQuery(event.currentTarget.value)}
      />
      {found.length === 0 && <p class="px-2 py-3 text-sm text-muted">{t("noWorkspaceFound")}</p>}
      {found.slice(0, 50).map((one) => (
        <a key={one.id} href={`/w/${one.id}`} class="menu-item" onClick={close}>
          <span class="min-w-0 flex-1">
            <span class="block truncate">{one.name}</span>
            <span class="block truncate text-xs text-muted">{one.organizationName}</span>
          </span>
          {one.id === current && <Check size={15} aria-hidden="true" />}
        </a>
      ))}
      <hr class="my-1 border-line" />
      <a href="/account/new-workspace" class="menu-item" onClick={close}>
        <Plus size={15} aria-hidden="true" />
        {t("newWorkspace")}
      </a>
    </div>
  );
}
