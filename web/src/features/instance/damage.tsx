import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { type Answer, api, ask } from "../../api.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { SettingsSection } from "../../ui/page.tsx";
import { Loaded, Notice } from "../../ui/states.tsx";
import { attempt, toast, toastWarning } from "../../ui/toast.tsx";
import { t } from "./damage.messages.ts";

type Report = Answer<typeof api.instance.damage.get>;
type Aside = Report["setAside"][number];
type Found = Report["notices"][number];
type OlderSystem = Found & { kind: "system_older" };
type Listed = Found & { kind: Exclude<Found["kind"], "system_older"> };

/** What is damaged now; loaded again every half minute. */
export function useDamage() {
  return useQuery({
    queryKey: ["instance", "damage"],
    queryFn: () => ask(api.instance.damage.get()),
    refetchInterval: 30_000,
  });
}

/** True while there is damage that an administrator has to look at, which then comes first on the page. */
export function useIsDamaged(): boolean {
  const report = useDamage().data;
  return (
    report !== undefined &&
    (report.setAside.length > 0 || report.notices.some(isListed) || report.missedEngagement > 0)
  );
}

/** Workspaces that are set aside, and other damage that was found. */
export function Damage() {
  const report = useDamage();
  const refresh = () => void report.refetch();
  return (
    <SettingsSection title={t("damage")} description={t("damageBody")}>
      <Loaded query={report} rows={1}>
        {({ setAside, notices, missedEngagement }) => (
          <>
            {setAside.length === 0 && <p class="text-muted">{t("none")}</p>}
            {setAside.map((row) => (
              <SetAside key={row.workspaceId} row={row} onDone={refresh} />
            ))}
            {notices.filter(isListed).map((notice) => (
              <Read key={notice.id} notice={notice} onDone={refresh} />
            ))}
            {missedEngagement > 0 && (
              <Notice tone="warning" title={t("missedTitle", { count: missedEngagement })}>
                {t("missedBody")}
              </Notice>
            )}
          </>
        )}
      </Loaded>
    </SettingsSection>
  );
}

function SetAside({ row, onDone }: { row: Aside; onDone: () => void }) {
  const [busy, setBusy] = useState(false);
  const file = api.instance.damage.workspaces({ id: row.workspaceId });
  const check = async () => {
    setBusy(true);
    await attempt(async () => {
      const { back } = await ask(file.check.post());
      if (back) {
        toast(t("back"));
      } else {
        toastWarning(t("still"));
      }
    });
    setBusy(false);
    onDone();
  };
  const accept = async () => {
    const question = { title: t("useQuestion"), body: t("useBody"), action: t("useAsItIs") };
    if (
      (await confirm({ ...question, danger: true })) &&
      (await attempt(() => ask(file.accept.post())))
    ) {
      toast(t("back"));
      onDone();
    }
  };
  return (
    <Notice tone="error" title={t("setAside", { name: row.name || t("unnamed") })}>
      <p>{t(row.reason)}</p>
      <p class="break-all">{t("place", { path: row.path })}</p>
      <p class="break-words">{row.detail}</p>
      <div class="mt-2 flex flex-wrap gap-2">
        <Button size="small" busy={busy} onClick={check}>
          {t("checkAgain")}
        </Button>
        {row.reason === "log_missing" && (
          <Button size="small" onClick={accept}>
            {t("useAsItIs")}
          </Button>
        )}
      </div>
    </Notice>
  );
}

function Read({ notice, onDone }: { notice: Listed; onDone: () => void }) {
  const read = async () => {
    if (await attempt(() => ask(api.instance.damage.notices({ id: notice.id }).read.post()))) {
      onDone();
    }
  };
  const { bytes, records, path, kept } = notice;
  return (
    <Notice tone="warning" title={t(notice.kind)}>
      {hasBody(notice.kind) && <p>{t(`${notice.kind}Body`)}</p>}
      {bytes > 0 && <p>{t("lost", { bytes, records })}</p>}
      <p class="break-all">{t("place", { path })}</p>
      {kept !== "" && <p class="break-all">{t("kept", { path: kept })}</p>}
      <div class="mt-2">
        <Button size="small" onClick={read}>
          {t("read")}
        </Button>
      </div>
    </Notice>
  );
}

function isListed(notice: Found): notice is Listed {
  return !isOlderSystem(notice);
}

/** Its notice is shown at the top of the page. */
export function isOlderSystem(notice: Found): notice is OlderSystem {
  return notice.kind === "system_older";
}

type Kind = Listed["kind"];
/** Kinds with a detailed explanation. For the others, the title, the size and the path are enough. */
type Explained = Exclude<Kind, "inbox_damaged">;

function hasBody(kind: Kind): kind is Explained {
  return kind !== "inbox_damaged";
}
