import { useQuery } from "@tanstack/preact-query";
import { FileBarChart } from "lucide-preact";
import { type Answer, ask, upload, type WorkspaceApi } from "../../api.ts";
import { formatDate, formatNumber, formatShare } from "../../format.ts";
import { useWorkspace } from "../../session.ts";
import { TimeChart } from "../../ui/chart.tsx";
import { Card, RelativeTime, Stat, StatRow } from "../../ui/display.tsx";
import { SelectField } from "../../ui/field.tsx";
import { FileDrop } from "../../ui/file-drop.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { EmptyState, Loaded } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { t } from "./dmarc.messages.ts";

type DmarcReports = WorkspaceApi["dmarc"]["reports"];
type Summary = Answer<WorkspaceApi["dmarc"]["get"]>;

const MAX_BYTES = 8_000_000;

/** DMARC reports from receivers about mail from the workspace's domains. */
export function DmarcPage() {
  const workspace = useWorkspace();
  const url = useUrlState();
  const domain = url.get("domain") ?? "";
  const query = useQuery({
    queryKey: ["dmarc", workspace.id, domain],
    queryFn: () => ask(workspace.call.dmarc.get({ query: domain === "" ? {} : { domain } })),
  });
  const take = (file: File) =>
    attempt(async () => {
      const added = await upload<DmarcReports["post"]>(`${workspace.api}/dmarc/reports`, file);
      toast(added.isNew ? t("added", { count: added.messages }) : t("known"));
      await query.refetch();
    });
  return (
    <>
      <PageHeader title={t("title")} description={t("about")} />
      <PageBody>
        <Loaded query={query} rows={6}>
          {(data) =>
            data.domains.length === 0 ? (
              <Card>
                <EmptyState icon={FileBarChart} title={t("emptyTitle")}>
                  {t("emptyBody")}
                </EmptyState>
              </Card>
            ) : (
              <Report data={data} domain={domain} onDomain={(next) => url.set({ domain: next })} />
            )
          }
        </Loaded>
        {workspace.canAdmin && (
          <FileDrop
            label={t("upload")}
            hint={t("uploadHint")}
            accept=".xml,.gz,.zip"
            maxBytes={MAX_BYTES}
            onFile={(file) => void take(file)}
          />
        )}
      </PageBody>
    </>
  );
}

function Report({
  data,
  domain,
  onDomain,
}: {
  data: Summary;
  domain: string;
  onDomain: (domain: string | undefined) => void;
}) {
  const shown = data.domains.filter((one) => domain === "" || one.domain === domain);
  const sum = (key: "messages" | "passed" | "dkim" | "spf") =>
    shown.reduce((total, one) => total + one[key], 0);
  const share = (n: number) => formatShare(n, sum("messages"));
  return (
    <>
      <div class="max-w-80">
        <SelectField
          label={t("domain")}
          value={domain}
          onChange={(next) => onDomain(next === "" ? undefined : next)}
          options={[
            { value: "", label: t("allDomains") },
            ...data.domains.map((one) => ({ value: one.domain, label: one.domain })),
          ]}
        />
      </div>
      <StatRow>
        <Stat label={t("messages")} value={formatNumber(sum("messages"))} />
        <Stat label={t("passed")} value={share(sum("passed"))} />
        <Stat label={t("dkim")} value={share(sum("dkim"))} />
        <Stat label={t("spf")} value={share(sum("spf"))} />
      </StatRow>
      <Card title={t("overTime")}>
        <TimeChart
          label={t("overTime")}
          times={data.days.map((one) => one.day)}
          series={[
            { label: t("passed"), kind: "human", values: data.days.map((one) => one.passed) },
            {
              label: t("failed"),
              kind: "other",
              values: data.days.map((one) => one.messages - one.passed),
            },
          ]}
        />
      </Card>
      <Sources sources={data.sources} />
      <Reports reports={data.reports} />
    </>
  );
}

function Sources({ sources }: { sources: Summary["sources"] }) {
  const of = (part: number, all: number) => `${formatNumber(part)} / ${formatNumber(all)}`;
  return (
    <Card title={t("sources")} description={t("sourcesAbout")} flush>
      <Table
        label={t("sources")}
        rows={sources}
        rowKey={(row) => row.sourceIp}
        columns={[
          { key: "source", head: t("source"), cell: (row) => row.sourceIp },
          {
            key: "passed",
            head: t("passed"),
            align: "end",
            cell: (row) => of(row.passed, row.messages),
          },
          {
            key: "dkim",
            head: t("dkim"),
            align: "end",
            wide: true,
            cell: (row) => formatNumber(row.dkim),
          },
          {
            key: "spf",
            head: t("spf"),
            align: "end",
            wide: true,
            cell: (row) => formatNumber(row.spf),
          },
          {
            key: "held",
            head: t("held"),
            align: "end",
            wide: true,
            cell: (row) => formatNumber(row.held),
          },
        ]}
      />
    </Card>
  );
}

function Reports({ reports }: { reports: Summary["reports"] }) {
  return (
    <Card title={t("reports")} flush>
      <Table
        label={t("reports")}
        rows={reports}
        rowKey={(row) => `${row.organization}-${row.domain}-${row.beginAt}`}
        columns={[
          { key: "from", head: t("reporter"), cell: (row) => row.organization },
          { key: "domain", head: t("domain"), wide: true, cell: (row) => row.domain },
          { key: "period", head: t("period"), cell: (row) => formatDate(row.beginAt) },
          {
            key: "received",
            head: t("received"),
            align: "end",
            wide: true,
            cell: (row) => <RelativeTime at={row.receivedAt} />,
          },
        ]}
      />
    </Card>
  );
}
