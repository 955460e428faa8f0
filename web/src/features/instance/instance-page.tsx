import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { type Answer, api, ask } from "../../api.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { RelativeTime } from "../../ui/display.tsx";
import { TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { PageBody, PageHeader, SettingsSection } from "../../ui/page.tsx";
import { FormProblem, Loaded, Notice } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { Switch } from "../../ui/toggles.tsx";
import { Damage, useIsDamaged } from "./damage.tsx";
import { InboundMail } from "./inbound-mail.tsx";
import { t } from "./instance.messages.ts";
import { OlderSystem } from "./older-system.tsx";
import { type InstanceSettings, SystemMail } from "./system-mail.tsx";
import { TrustedProxies } from "./trusted-proxies.tsx";

/** The administrator's page: settings for all workspaces, and background failures. */
export function InstancePage() {
  const settings = useQuery({
    queryKey: ["instance"],
    queryFn: () => ask(api.instance.settings.get()),
  });
  const isDamaged = useIsDamaged();
  const refresh = () => void settings.refetch();
  return (
    <>
      <PageHeader
        title={t("instance")}
        description={t("about")}
        actions={
          <>
            <ButtonLink href="/instance/suppressions">{t("suppressions")}</ButtonLink>
            <ButtonLink href="/instance/rules">{t("rules")}</ButtonLink>
          </>
        }
      />
      <Loaded query={settings} rows={6}>
        {(data) => (
          <PageBody narrow>
            <OlderSystem />
            {isDamaged && <Damage />}
            <PublicUrl settings={data} onSaved={refresh} />
            <SystemMail settings={data} onSaved={refresh} />
            <WaysOut settings={data} onSaved={refresh} />
            <TrustedProxies settings={data} onSaved={refresh} />
            <InboundMail />
            {!isDamaged && <Damage />}
            <FailedJobs />
            <Audit />
          </PageBody>
        )}
      </Loaded>
    </>
  );
}

function PublicUrl({ settings, onSaved }: { settings: InstanceSettings; onSaved: () => void }) {
  const form = useForm({
    initial: { publicUrl: settings.publicUrl },
    submit: async (values) => {
      await ask(api.instance.settings.patch(values));
      toast(t("saved"));
      onSaved();
    },
  });
  return (
    <SettingsSection title={t("publicUrl")} description={t("publicUrlBody")}>
      <form class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextField
          {...form.text("publicUrl")}
          label={t("publicUrl")}
          type="url"
          disabled={settings.publicUrlFixed}
          hint={settings.publicUrlFixed ? t("publicUrlFixed") : t("publicUrlHint")}
        />
        <div>
          <Button type="submit" busy={form.busy} disabled={!form.dirty}>
            {t("save")}
          </Button>
        </div>
      </form>
    </SettingsSection>
  );
}

function WaysOut({ settings, onSaved }: { settings: InstanceSettings; onSaved: () => void }) {
  const change = async (part: Parameters<typeof api.instance.settings.patch>[0]) => {
    if (await attempt(() => ask(api.instance.settings.patch(part)))) {
      onSaved();
    }
  };
  return (
    <SettingsSection title={t("relays")} description={t("relaysBody")}>
      <Switch
        label={t("privateRelays")}
        hint={t("privateRelaysHint")}
        checked={settings.allowPrivateRelays}
        onChange={(allowPrivateRelays) => change({ allowPrivateRelays })}
      />
      <Switch
        label={t("directSending")}
        hint={t("directSendingHint")}
        checked={settings.allowDirectSending}
        onChange={(allowDirectSending) => change({ allowDirectSending })}
      />
      <Switch
        label={t("privateTargets")}
        hint={t("privateTargetsHint")}
        checked={settings.allowPrivateTargets}
        onChange={(allowPrivateTargets) => change({ allowPrivateTargets })}
      />
    </SettingsSection>
  );
}

type Job = Answer<typeof api.jobs.get>["items"][number];

function FailedJobs() {
  const jobs = useQuery({
    queryKey: ["jobs", "dead"],
    queryFn: () => ask(api.jobs.get({ query: { state: "dead", limit: 50 } })),
  });
  const retry = async (job: Job) => {
    if (await attempt(() => ask(api.jobs({ id: job.id }).retry.post()))) {
      toast(t("retried"));
      await jobs.refetch();
    }
  };
  return (
    <SettingsSection title={t("jobs")} description={t("jobsBody")}>
      <Loaded query={jobs} rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="text-muted">{t("noJobs")}</p>
          ) : (
            <Table
              label={t("jobs")}
              rows={items}
              rowKey={(row) => String(row.id)}
              columns={[
                { key: "kind", head: t("kind"), cell: (row) => row.kind },
                { key: "error", head: t("error"), cell: (row) => row.lastError },
                {
                  key: "when",
                  head: t("when"),
                  wide: true,
                  cell: (row) => <RelativeTime at={row.createdAt} />,
                },
              ]}
              actions={(row) => (
                <Button size="small" onClick={() => retry(row)}>
                  {t("retry")}
                </Button>
              )}
            />
          )
        }
      </Loaded>
    </SettingsSection>
  );
}

type Verdict = Answer<typeof api.instance.audit.verify.get>;

function Audit() {
  const [verdict, setVerdict] = useState<Verdict>();
  const [busy, setBusy] = useState(false);
  const verify = async () => {
    setBusy(true);
    await attempt(async () => {
      setVerdict(await ask(api.instance.audit.verify.get()));
    });
    setBusy(false);
  };
  return (
    <SettingsSection title={t("audit")} description={t("auditBody")}>
      <div>
        <Button busy={busy} onClick={verify}>
          {t("verify")}
        </Button>
      </div>
      {verdict?.ok === true && (
        <Notice tone="success">{t("whole", { count: verdict.entries })}</Notice>
      )}
      {verdict?.ok === false && (
        <Notice tone="error" title={t("broken", { id: verdict.brokenAt ?? "?" })}>
          {verdict.reason}
        </Notice>
      )}
    </SettingsSection>
  );
}
