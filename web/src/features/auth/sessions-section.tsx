import { useQuery } from "@tanstack/preact-query";
import { api, ask } from "../../api.ts";
import { formatDateTime } from "../../format.ts";
import { queryClient } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Badge } from "../../ui/display.tsx";
import { SettingsSection } from "../../ui/page.tsx";
import { Loaded } from "../../ui/states.tsx";
import { attempt } from "../../ui/toast.tsx";
import { t } from "./auth.messages.ts";
import { browserName } from "./browser-name.ts";

const readSessions = () => ask(api.auth.sessions.get());

type Session = Awaited<ReturnType<typeof readSessions>>["items"][number];

/** The person's sessions, which can be ended one by one or all at once. */
export function Sessions() {
  const query = useQuery({ queryKey: ["sessions"], queryFn: readSessions });
  const endAll = async () => {
    const sure = await confirm({
      title: t("signOutEverywhereAsk"),
      body: t("signOutEverywhereAskBody"),
      action: t("signOutEverywhere"),
      danger: true,
    });
    if (sure && (await attempt(() => ask(api.auth["sign-out-everywhere"].post())))) {
      location.assign("/sign-in");
    }
  };
  return (
    <SettingsSection title={t("sessions")} description={t("sessionsBody")}>
      <Loaded query={query} rows={2}>
        {({ items }) => (
          <ul class="card divide-y divide-line">
            {items.map((session) => (
              <SessionRow key={session.id} session={session} />
            ))}
          </ul>
        )}
      </Loaded>
      <div>
        <Button onClick={endAll}>{t("signOutEverywhere")}</Button>
      </div>
    </SettingsSection>
  );
}

function SessionRow({ session }: { session: Session }) {
  const end = () =>
    attempt(async () => {
      await ask(api.auth.sessions({ id: session.id }).delete());
      await queryClient.invalidateQueries({ queryKey: ["sessions"] });
    });
  return (
    <li class="flex min-h-14 items-center justify-between gap-4 px-4 py-2">
      <div class="min-w-0">
        <p class="truncate font-medium" data-tip={session.userAgent}>
          {browserName(session.userAgent)}
        </p>
        <p class="text-sm text-muted">
          {t("sessionSince", { time: formatDateTime(session.createdAt) })}
          {session.ip !== "" && ` · ${session.ip}`}
        </p>
      </div>
      {session.current ? (
        <Badge tone="success">{t("thisSession")}</Badge>
      ) : (
        <Button size="small" onClick={end}>
          {t("endSession")}
        </Button>
      )}
    </li>
  );
}
