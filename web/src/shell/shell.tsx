import { Building2 } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { displayZone } from "../format.ts";
import { locales, setLocale } from "../i18n.ts";
import { type MyWorkspace, rememberWorkspace, useMe, useWorkspaceId } from "../session.ts";
import { ButtonLink } from "../ui/button.tsx";
import { EmptyState, ErrorState, Skeleton } from "../ui/states.tsx";
import { LazyPalette } from "./lazy-palette.tsx";
import { PhoneBar, PhoneTop } from "./phone.tsx";
import { Rail } from "./rail.tsx";
import { t } from "./shell.messages.ts";
import { ShellCommands } from "./shell-commands.tsx";

/** The frame of every signed-in page: navigation on the left, or bars on phones, plus palette and shortcuts. */
export function Shell({ children }: { children: ComponentChildren }) {
  const me = useMe();
  const workspaceId = useWorkspaceId();
  useWorkspaceZone(me.data?.workspaces.find((one) => one.id === workspaceId));
  const userLocale = me.data?.user.locale;
  useEffect(() => {
    const known = locales.find((one) => one === userLocale);
    if (known !== undefined) {
      setLocale(known);
    }
  }, [userLocale]);

  if (me.data === undefined) {
    return me.error ? (
      <ErrorState error={me.error} onRetry={() => me.refetch()} />
    ) : (
      <Skeleton class="mx-auto max-w-xl pt-24" />
    );
  }
  const isForeign = workspaceId !== "" && !me.data.workspaces.some((one) => one.id === workspaceId);
  return (
    <div class="md:grid md:h-dvh md:grid-cols-[236px_minmax(0,1fr)]">
      <a href="#main" class="button button-primary absolute top-2 left-2 z-20 not-focus:sr-only">
        {t("skip")}
      </a>
      <Rail me={me.data} class="max-md:hidden" />
      <PhoneTop me={me.data} />
      <main
        id="main"
        tabIndex={-1}
        class="min-h-[calc(100dvh-104px)] min-w-0 bg-base-100 outline-none max-md:pb-20 md:my-2 md:mr-2 md:overflow-auto md:rounded-lg md:border md:border-line"
      >
        {isForeign ? <ForeignWorkspace /> : children}
      </main>
      <PhoneBar me={me.data} />
      <ShellCommands me={me.data} />
      <LazyPalette me={me.data} />
    </div>
  );
}

function ForeignWorkspace() {
  return (
    <EmptyState
      isPage
      icon={Building2}
      title={t("noWorkspace")}
      action={<ButtonLink href="/">{t("home")}</ButtonLink>}
    >
      {t("noWorkspaceBody")}
    </EmptyState>
  );
}

/** Shows times in the time zone of the open workspace. */
function useWorkspaceZone(workspace: MyWorkspace | undefined): void {
  const id = workspace?.id;
  const zone = workspace?.timeZone;
  useEffect(() => {
    if (id !== undefined && zone !== undefined) {
      rememberWorkspace(id);
      displayZone.value = zone;
    }
  }, [id, zone]);
}
