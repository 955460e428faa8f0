import { useRoute } from "preact-iso";
import { ComplaintNotice } from "../../complaint-notice.tsx";
import { formatNumber, formatShare } from "../../format.ts";
import { useWorkspace } from "../../session.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { CampaignStatusBadge } from "../../ui/campaign-status.tsx";
import { Card, Stat, StatRow } from "../../ui/display.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { Loaded, Notice } from "../../ui/states.tsx";
import { LiveProgress } from "./live-progress.tsx";
import { LinkTable, ProviderTable, ReasonTable, StateTable } from "./report-tables.tsx";
import { ReportTimeline } from "./report-timeline.tsx";
import { t } from "./reports.messages.ts";
import { HeldCard, RetryCard } from "./requeue-cards.tsx";
import { type ByClass, isMoving, type Report, useLinks, useReport } from "./use-report.ts";

/** A campaign's report. Updates while the campaign is sending. */
export function ReportPage() {
  const { params } = useRoute();
  const id = Number(params["campaignId"]);
  const workspace = useWorkspace();
  const report = useReport(workspace, id);
  const base = `${workspace.base}/campaigns/${id}`;
  const campaign = report.data?.campaign;
  return (
    <>
      <PageHeader
        title={campaign?.name ?? t("report")}
        trail={[{ label: t("campaigns"), href: `${workspace.base}/campaigns` }]}
        badge={campaign && <CampaignStatusBadge status={campaign.status} />}
        description={campaign?.subject}
        actions={
          <>
            <ButtonLink href={base}>{t("edit")}</ButtonLink>
            <ButtonLink href={`${base}/recipients`}>{t("recipients")}</ButtonLink>
          </>
        }
      />
      <Loaded query={report} rows={8}>
        {(data) => (
          <PageBody>
            <LiveProgress report={data} onChanged={() => report.refetch()} />
            <Figures report={data} />
            <ComplaintNotice warning={data.complaintWarning} />
            <Ambiguous count={data.ambiguous} recipients={`${base}/recipients`} />
            <HeldCard report={data} onChanged={() => report.refetch()} />
            <RetryCard report={data} onChanged={() => report.refetch()} />
            <ReportTimeline id={id} live={isMoving(data.campaign.status)} />
            <Details report={data} id={id} recipients={`${base}/recipients`} />
          </PageBody>
        )}
      </Loaded>
    </>
  );
}

function Figures({ report }: { report: Report }) {
  const { counts, engagement } = report;
  const engaged = (label: string, figures: ByClass) => (
    <Stat
      label={label}
      tip={t("humanTip")}
      value={formatShare(figures.human.unique, counts.sent)}
      note={`${formatNumber(figures.human.unique)} · ${t("machines", { count: figures.machine.unique })}`}
    />
  );
  const share = (label: string, count: number, whole: number) => (
    <Stat label={label} value={formatShare(count, whole)} note={formatNumber(count)} />
  );
  return (
    <StatRow>
      <Stat
        label={t("delivered")}
        value={formatNumber(counts.sent)}
        note={t("ofTotal", { total: formatNumber(counts.total) })}
      />
      {engaged(t("opened"), engagement.opens)}
      {engaged(t("clicked"), engagement.clicks)}
      {share(t("unsubscribed"), engagement.unsubscribes, counts.sent)}
      {share(t("bouncedStat"), counts.bounced, counts.total)}
    </StatRow>
  );
}

function Ambiguous({ count, recipients }: { count: number; recipients: string }) {
  return count === 0 ? null : (
    <Notice tone="warning" title={t("ambiguousTitle", { count })}>
      {t("ambiguousBody")}{" "}
      <a class="link" href={`${recipients}?reason=ambiguous`}>
        {t("ambiguousList")}
      </a>
    </Notice>
  );
}

function Details({ report, id, recipients }: { report: Report; id: number; recipients: string }) {
  const workspace = useWorkspace();
  const links = useLinks(workspace, id, isMoving(report.campaign.status));
  return (
    <div class="grid items-start gap-6 lg:grid-cols-2">
      <Card
        flush
        title={t("whereTitle")}
        description={t("whereBody", { total: formatNumber(report.counts.total) })}
      >
        <StateTable counts={report.counts} recipients={recipients} />
      </Card>
      <Card flush title={t("whyTitle")}>
        <ReasonTable report={report} recipients={recipients} />
      </Card>
      <Card flush title={t("linksTitle")}>
        <Loaded query={links} rows={3}>
          {(data) => <LinkTable links={data.items} />}
        </Loaded>
      </Card>
      <Card flush title={t("providersTitle")}>
        <ProviderTable providers={report.providers} />
      </Card>
    </div>
  );
}
