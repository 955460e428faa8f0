import { useQuery } from "@tanstack/preact-query";
import { Globe } from "lucide-preact";
import { useState } from "preact/hooks";
import { type Answer, api, ask, type WorkspaceApi } from "../../api.ts";
import { useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { CopyField } from "../../ui/copy.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Badge, Card, RelativeTime, type Tone } from "../../ui/display.tsx";
import { TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { EmptyState, FormProblem, Loaded } from "../../ui/states.tsx";
import { attempt } from "../../ui/toast.tsx";
import { SendersCard } from "./senders-card.tsx";
import { t } from "./sending.messages.ts";

type DnsRecord = Domain["records"][number];

type Domain = Answer<WorkspaceApi["domains"]["get"]>["items"][number];

const tones: Record<DnsRecord["status"], Tone> = {
  unchecked: "neutral",
  ok: "success",
  missing: "error",
  different: "warning",
  unknown: "neutral",
};

/** Who mail is from, and the DNS records behind it. */
export function DomainsPage() {
  const workspace = useWorkspace();
  const [adding, setAdding] = useState(false);
  const domains = useQuery({
    queryKey: ["domains", workspace.api],
    queryFn: () => ask(api.workspaces({ workspaceId: workspace.id }).domains.get()),
  });
  const add = workspace.canAdmin && (
    <Button onClick={() => setAdding(true)}>{t("newDomain")}</Button>
  );
  return (
    <>
      <PageHeader title={t("domains")} description={t("domainsAbout")} />
      <PageBody>
        <SendersCard />
        <Card flush title={t("sendingDomains")} action={add}>
          <Loaded query={domains}>
            {({ items }) =>
              items.length === 0 ? (
                <EmptyState icon={Globe} title={t("noDomains")} action={add}>
                  {t("noDomainsBody")}
                </EmptyState>
              ) : (
                <div class="divide-y divide-line">
                  {items.map((one) => (
                    <DomainRow key={one.id} domain={one} onChanged={() => domains.refetch()} />
                  ))}
                </div>
              )
            }
          </Loaded>
        </Card>
      </PageBody>
      {adding && (
        <DomainDialog
          onClose={() => {
            setAdding(false);
            domains.refetch();
          }}
        />
      )}
    </>
  );
}

function DomainRow({ domain, onChanged }: { domain: Domain; onChanged: () => void }) {
  const workspace = useWorkspace();
  const [busy, setBusy] = useState(false);
  const call = api.workspaces({ workspaceId: workspace.id }).domains({ id: domain.id });
  const check = async () => {
    setBusy(true);
    await attempt(() => ask(call.check.post()));
    setBusy(false);
    onChanged();
  };
  const remove = async () => {
    const sure = await confirm({
      title: t("removeDomainAsk", { name: domain.name }),
      body: t("removeDomainBody"),
      action: t("remove"),
      danger: true,
      typeName: domain.name,
    });
    if (sure && (await attempt(() => ask(call.delete())))) {
      onChanged();
    }
  };
  const verified = domain.verifiedAt !== null;
  return (
    <details class="group" open={!verified}>
      <summary class="flex min-h-12 flex-wrap items-center gap-3 px-4 py-2 hover:bg-base-200">
        <span class="font-medium">{domain.name}</span>
        <Badge tone={verified ? "success" : "warning"}>
          {verified ? t("verified") : t("notVerified")}
        </Badge>
        <span class="flex-1 text-sm text-muted">
          {domain.checkedAt !== null && <RelativeTime at={domain.checkedAt} />}
        </span>
        {workspace.canAdmin && (
          <>
            <Button size="small" busy={busy} onClick={check}>
              {t("checkDns")}
            </Button>
            <Button size="small" variant="ghost" onClick={remove}>
              {t("remove")}
            </Button>
          </>
        )}
      </summary>
      <div class="flex flex-col gap-5 border-t border-line p-4">
        {domain.records.map((one) => (
          <RecordRow key={one.purpose} record={one} />
        ))}
      </div>
    </details>
  );
}

function RecordRow({ record }: { record: DnsRecord }) {
  const { status } = record;
  return (
    <div class="grid gap-2">
      <div class="flex items-center gap-2">
        <span class="font-medium">{record.purpose.toUpperCase()}</span>
        <span class="text-sm text-muted">
          {record.type} · {record.required ? t("required") : t("recommended")}
        </span>
        <Badge tone={tones[status]}>{t(status)}</Badge>
      </div>
      <div class="grid gap-2 md:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]">
        <CopyField label={t("recordHost")} value={record.host} />
        <CopyField label={t("recordValue")} value={record.value} />
      </div>
      {record.message !== "" && <p class="text-sm text-muted">{record.message}</p>}
    </div>
  );
}

function DomainDialog({ onClose }: { onClose: () => void }) {
  const workspace = useWorkspace();
  const form = useForm({
    initial: { name: "" },
    submit: async (values) => {
      await ask(api.workspaces({ workspaceId: workspace.id }).domains.post(values));
      onClose();
    },
  });
  return (
    <Dialog
      title={t("newDomain")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" type="submit" form="domain" busy={form.busy}>
            {t("create")}
          </Button>
        </>
      }
    >
      <form id="domain" class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextField {...form.text("name")} label={t("domain")} hint={t("domainHint")} autofocus />
      </form>
    </Dialog>
  );
}
