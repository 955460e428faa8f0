import { Menu as MenuIcon, UserRound } from "lucide-preact";
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { navigation } from "../navigation.ts";
import { type Me, useRailWorkspaceId } from "../session.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { isCurrent, RailPages, signOut } from "./rail.tsx";
import { t } from "./shell.messages.ts";
import { WorkspaceSwitcher } from "./workspace-switcher.tsx";

/** The top bar on phones: the open workspace. */
export function PhoneTop({ me }: { me: Me }) {
  return (
    <div class="sticky top-0 z-10 border-b border-line bg-base-200 p-1 md:hidden">
      <WorkspaceSwitcher me={me} />
    </div>
  );
}

/** The bottom bar on phones: the most used pages, and a drawer with the others. */
export function PhoneBar({ me }: { me: Me }) {
  const { path } = useLocation();
  const id = useRailWorkspaceId(me);
  const [drawer, setDrawer] = useState(false);
  const entries = id === "" ? [] : navigation(me, id).filter((entry) => entry.bar === true);
  const cell =
    "flex h-14 flex-1 flex-col items-center justify-center gap-0.5 text-xs text-muted no-underline aria-[current=page]:font-medium aria-[current=page]:text-base-content";
  return (
    <nav
      aria-label={t("menu")}
      class="fixed inset-x-0 bottom-0 z-10 flex border-t border-line bg-base-200 pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {entries.slice(0, 4).map((entry) => (
        <a
          key={entry.path}
          href={`/w/${id}${entry.path}`}
          class={cell}
          aria-current={isCurrent(entry.path, path, `/w/${id}`) ? "page" : undefined}
        >
          <entry.icon size={19} aria-hidden="true" />
          <span class="max-w-full truncate px-1">{entry.label}</span>
        </a>
      ))}
      <button type="button" class={cell} aria-expanded={drawer} onClick={() => setDrawer(true)}>
        <MenuIcon size={19} aria-hidden="true" />
        {t("more")}
      </button>
      {drawer && <Drawer me={me} onClose={() => setDrawer(false)} />}
    </nav>
  );
}

function Drawer({ me, onClose }: { me: Me; onClose: () => void }) {
  return (
    <Dialog title={me.user.name || me.user.email} shape="drawer" onClose={onClose}>
      <div class="flex min-h-full flex-col gap-4">
        <RailPages me={me} onGo={onClose} />
        <div class="flex gap-2">
          <ButtonLink href="/account" icon={UserRound}>
            {t("account")}
          </ButtonLink>
          {me.user.isAdmin && <ButtonLink href="/instance">{t("instance")}</ButtonLink>}
          <Button onClick={signOut}>{t("signOut")}</Button>
        </div>
      </div>
    </Dialog>
  );
}
