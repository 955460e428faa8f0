import { useQuery } from "@tanstack/preact-query";
import { useRoute } from "preact-iso";
import { ask } from "../../api.ts";
import { ComplaintNotice } from "../../complaint-notice.tsx";
import { formatDateTime } from "../../format.ts";
import { causeText } from "../../refusal.ts";
import { useWorkspace } from "../../session.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { CampaignStatusBadge } from "../../ui/campaign-status.tsx";
import { RelativeTime } from "../../ui/display.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { ErrorState, Notice, Skeleton } from "../../ui/states.tsx";
import { attempt } from "../../ui/toast.tsx";
import { AudienceSection } from "./audience-section.tsx";
import { t } from "./campaigns.messages.ts";
import { ContentSection } from "./content-section.tsx";
import { FromSection } from "./from-section.tsx";
import { ReviewSection } from "./review-section.tsx";
import { type CampaignEditor, useCampaignEditor } from "./use-campaign-editor.ts";
import type { Campaign, OneCampaign } from "./use-campaigns.ts";

/** One campaign on one page: content, audience, sender, time, review. Changes are saved automatically. */
export function CampaignPage() {
  const { params } = useRoute();
  const id = Number(params["campaignId"]);
  const workspace = useWorkspace();
  const call = workspace.call.campaigns({ id });
  const editor = useCampaignEditor(workspace.id, id);
  const { campaign } = editor;
  if (campaign === undefined) {
    return editor.error === undefined ? (
      <Skeleton rows={8} />
    ) : (
      <ErrorState error={editor.error} onRetry={() => editor.reload()} />
    );
  }
  const launched = campaign.status !== "draft" && campaign.status !== "scheduled";
  const editable = campaign.status === "draft" && workspace.canEdit;
  return (
    <>
      <PageHeader
        title={campaign.name}
        trail={[{ label: t("campaigns"), href: `${workspace.base}/campaigns` }]}
        badge={<CampaignStatusBadge status={campaign.status} />}
        actions={
          launched ? (
            <ButtonLink href={`${workspace.base}/campaigns/${id}/report`}>{t("report")}</ButtonLink>
          ) : (
            editable && <Saving editor={editor} />
          )
        }
      />
      <PageBody>
        <Banner campaign={campaign} editor={editor} launched={launched} call={call} />
        {launched && <Complaints campaignId={id} />}
        <div class="flex min-w-0 flex-col gap-4">
          <ContentSection editor={editor} campaign={campaign} editable={editable} call={call} />
          <AudienceSection editor={editor} campaign={campaign} editable={editable} />
          <FromSection editor={editor} campaign={campaign} editable={editable} />
          {editable && <ReviewSection editor={editor} campaign={campaign} call={call} />}
        </div>
      </PageBody>
    </>
  );
}

/** The report's complaint warning, also shown on the campaign's page. */
function Complaints({ campaignId }: { campaignId: number }) {
  const workspace = useWorkspace();
  const call = workspace.call.campaigns({ id: campaignId });
  const report = useQuery({
    queryKey: ["campaign-warning", workspace.id, campaignId],
    queryFn: ({ signal }) => ask(call.report.get({ fetch: { signal } })),
  });
  return <ComplaintNotice warning={report.data?.complaintWarning ?? null} />;
}

function Saving({ editor }: { editor: CampaignEditor }) {
  const { saving } = editor;
  return (
    <span role="status" class="self-center text-sm text-muted">
      {saving.kind === "saving" && t("saving")}
      {saving.kind === "failed" && (
        <span class="text-error" data-tip={saving.problem.detail}>
          {t("notSaved")}
        </span>
      )}
      {saving.kind === "saved" &&
        (saving.at === undefined ? (
          t("allSaved")
        ) : (
          <>
            {t("saved", { time: "" })}
            <RelativeTime at={saving.at} />
          </>
        ))}
    </span>
  );
}

function Banner({
  campaign,
  editor,
  launched,
  call,
}: {
  campaign: Campaign;
  editor: CampaignEditor;
  launched: boolean;
  call: OneCampaign;
}) {
  const { saving } = editor;
  const unschedule = async () => {
    if (await attempt(() => ask(call.unschedule.post()))) {
      await editor.reload();
    }
  };
  if (saving.kind === "failed") {
    const stale = saving.problem.code === "stale_version";
    return (
      <Notice
        tone="error"
        title={stale ? t("staleTitle") : saving.problem.title}
        action={stale && <Button onClick={() => editor.reload()}>{t("loadTheirs")}</Button>}
      >
        {stale ? t("staleBody") : saving.problem.detail}
      </Notice>
    );
  }
  if (campaign.status === "scheduled" && campaign.scheduledAt !== null) {
    return (
      <Notice
        title={t("scheduledTitle", { time: formatDateTime(campaign.scheduledAt) })}
        action={<Button onClick={unschedule}>{t("unschedule")}</Button>}
      >
        {t("scheduledBody")}
      </Notice>
    );
  }
  if (launched) {
    return (
      <Notice tone="neutral" title={t("lockedTitle")}>
        {t("lockedBody")}
      </Notice>
    );
  }
  return campaign.statusReason === "" ? null : (
    <Notice tone="warning">{causeText(campaign.statusReason, campaign.statusCause)}</Notice>
  );
}
