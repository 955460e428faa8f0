import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import { ask } from "../../api.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Badge, Card, RelativeTime } from "../../ui/display.tsx";
import { DnsRecords } from "../../ui/dns-records.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { Loaded, Notice } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { attempt } from "../../ui/toast.tsx";
import type { Domain } from "./domain.ts";
import { t } from "./domains.messages.ts";
import { KeysCard } from "./keys-card.tsx";
import { t as s } from "./sending.messages.ts";

const refresh = () => queryClient.invalidateQueries({ queryKey: ["domains"] });

/** One sending domain: required and published DNS records, keys, and recent checks. */
export function DomainPage() {
  const { params } = useRoute();
  const workspace = useWorkspace();
  const id = Number(params["domainId"]);
  const domain = useQuery({
    queryKey: ["domains", workspace.id, id],
    queryFn: () => ask(workspace.call.domains({ id }).get()),
  });
  const { data } = domain;
  return (
    <>
      <PageHeader
        title={data?.name ?? s("domains")}
        trail={[{ label: s("domains"), href: `${workspace.base}/sending/domains` }]}
        badge={
          data && (
            <Badge tone={data.verifiedAt === null ? "warning" : "success"}>
              {data.verifiedAt === null ? s("notVerified") : s("verified")}
            </Badge>
          )
        }
        description={
          data?.checkedAt && (
            <>
              {t("checked")} <RelativeTime at={data.checkedAt} />
            </>
          )
        }
        actions={data && workspace.canAdmin && <Actions domain={data} />}
      />
      <Loaded query={domain} rows={8}>
        {(one) => <Body domain={one} />}
      </Loaded>
    </>
  );
}

function Actions({ domain }: { domain: Domain }) {
  const workspace = useWorkspace();
  const { route: go } = useLocation();
  const [busy, setBusy] = useState(false);
  const call = workspace.call.domains({ id: domain.id });
  const check = async () => {
    setBusy(true);
    await attempt(() => ask(call.check.post()));
    setBusy(false);
    await refresh();
  };
  const remove = async () => {
    const sure = await confirm({
      title: s("removeDomainAsk", { name: domain.name }),
      body: s("removeDomainBody"),
      action: s("remove"),
      danger: true,
      typeName: domain.name,
    });
    if (sure && (await attempt(() => ask(call.delete())))) {
      await refresh();
      go(`${workspace.base}/sending/domains`);
    }
  };
  return (
    <>
      <Button variant="primary" busy={busy} onClick={check}>
        {t("checkNow")}
      </Button>
      <Button variant="ghost" onClick={remove}>
        {s("remove")}
      </Button>
    </>
  );
}

function Body({ domain }: { domain: Domain }) {
  return (
    <PageBody>
      {domain.lostAt !== null && (
        <Notice tone="error" title={t("lost")}>
          {t("lostBody")} <RelativeTime at={domain.lostAt} />.
        </Notice>
      )}
      <div class="grid items-start gap-6 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <section class="flex min-w-0 flex-col gap-3">
          <h2 class="text-base font-semibold">{t("records")}</h2>
          <p class="text-sm text-pretty text-muted">{t("recordsAbout")}</p>
          <DnsRecords records={domain.records} />
        </section>
        <div class="flex min-w-0 flex-col gap-6">
          <KeysCard domain={domain} />
          <History domain={domain} />
        </div>
      </div>
    </PageBody>
  );
}

function History({ domain }: { domain: Domain }) {
  const wrong = (states: Record<string, string>) =>
    Object.entries(states)
      .filter(([, state]) => state !== "ok")
      .map(([key, state]) => `${key}: ${state}`)
      .join(", ");
  return (
    <Card flush title={t("history")} description={t("historyAbout")}>
      {domain.history.length === 0 ? (
        <p class="p-4 text-muted">{t("noHistory")}</p>
      ) : (
        <Table
          label={t("history")}
          rows={domain.history}
          rowKey={(row) => String(row.at)}
          columns={[
            { key: "at", head: t("when"), cell: (row) => <RelativeTime at={row.at} /> },
            { key: "states", head: t("notInPlace"), cell: (row) => wrong(row.states) || "–" },
          ]}
        />
      )}
    </Card>
  );
}
