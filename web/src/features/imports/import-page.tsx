import { useRoute } from "preact-iso";
import { apiUrl, ask } from "../../api.ts";
import { formatDuration, formatNumber } from "../../format.ts";
import { causeText } from "../../refusal.ts";
import { useWorkspace } from "../../session.ts";
import { TaskDetails } from "../../task-details.tsx";
import { confirmStopOfImport, confirmUndoOfImport, refreshTasks } from "../../tasks.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Card, Stat, StatRow } from "../../ui/display.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { Loaded, Notice } from "../../ui/states.tsx";
import { attempt } from "../../ui/toast.tsx";
import { isOpen, WorkBadge, WorkProgress } from "../../ui/work-state.tsx";
import { t as ofAgreement } from "./agreement.messages.ts";
import { ImportSettings } from "./import-settings.tsx";
import { t } from "./imports.messages.ts";
import { type Import, useImport } from "./use-imports.ts";

/** One import: first the mapping of columns, then its progress, then the result. */
export function ImportPage() {
  const { params } = useRoute();
  const workspace = useWorkspace();
  const id = Number(params["importId"]);
  const job = useImport(workspace, id);
  const refresh = () => {
    refreshTasks();
    void job.refetch();
  };
  return (
    <>
      <PageHeader
        title={job.data?.fileName ?? t("imports")}
        trail={[
          { label: t("contacts"), href: `${workspace.base}/contacts` },
          { label: t("importsExports"), href: `${workspace.base}/contacts/imports` },
        ]}
        badge={job.data && <WorkBadge state={job.data.state} />}
        actions={job.data && <Actions job={job.data} onChanged={refresh} />}
      />
      <Loaded query={job} rows={6}>
        {(data) => (
          <PageBody>
            {data.state === "uploaded" ? (
              <ImportSettings id={id} onStarted={refresh} />
            ) : (
              <Outcome job={data} />
            )}
          </PageBody>
        )}
      </Loaded>
    </>
  );
}

function Actions({ job, onChanged }: { job: Import; onChanged: () => void }) {
  const workspace = useWorkspace();
  const call = workspace.call.imports({ id: job.id });
  const act = async (verb: "cancel" | "resume") => {
    if (await attempt(() => ask(call[verb].post()))) {
      onChanged();
    }
  };
  const undo = async () => {
    if ((await confirmUndoOfImport()) && (await attempt(() => ask(call.undo.post())))) {
      onChanged();
    }
  };
  const cancel = async () => {
    if (await confirmStopOfImport()) {
      await act("cancel");
    }
  };
  if (!workspace.canEdit) {
    return null;
  }
  return (
    <>
      {isOpen(job) && <Button onClick={cancel}>{t("cancelImport")}</Button>}
      {job.state === "failed" && <Button onClick={() => act("resume")}>{t("resume")}</Button>}
      {job.canUndo && <Button onClick={undo}>{t("undo")}</Button>}
      {job.state === "done" && (
        <ButtonLink variant="primary" href={`${workspace.base}/contacts`}>
          {t("seeContacts")}
        </ButtonLink>
      )}
    </>
  );
}

const figures = ["created", "updated", "skipped", "duplicates", "rejected"] as const;

function Outcome({ job }: { job: Import }) {
  const workspace = useWorkspace();
  const rejects = apiUrl(`${workspace.api}/imports/${job.id}/rejects.csv`);
  return (
    <>
      {job.error !== null && (
        <Notice tone="error" title={t("failed")}>
          {causeText(job.error, job.errorCause)}
        </Notice>
      )}
      {job.state !== "done" && <Progress job={job} />}
      <StatRow>
        <Stat label={t("rows")} value={formatNumber(job.rowsRead)} />
        {figures.map((key) => (
          <Stat key={key} label={t(key)} value={formatNumber(job[key])} />
        ))}
        {job.suppressed > 0 && (
          <Stat label={t("newlySuppressed")} value={formatNumber(job.suppressed)} />
        )}
        {job.erased > 0 && <Stat label={t("erased")} value={formatNumber(job.erased)} />}
      </StatRow>
      {job.erased > 0 && (
        <Notice tone="warning" title={t("erasedTitle", { count: job.erased })}>
          {t("erasedHint")}
        </Notice>
      )}
      {job.agreed !== null && (
        <Notice tone="neutral">{ofAgreement(job.agreed ? "agreedYes" : "agreedNo")}</Notice>
      )}
      {job.undoState !== "none" && (
        <Notice tone="neutral">
          {job.undoState === "queued"
            ? t("beingUndone")
            : t("wasUndone", { count: formatNumber(job.undone) })}
        </Notice>
      )}
      {job.rejected > 0 && (
        <Notice
          tone="warning"
          title={`${t("rejected")}: ${formatNumber(job.rejected)}`}
          action={
            <ButtonLink size="small" download href={rejects}>
              {t("downloadRejects")}
            </ButtonLink>
          }
        >
          {t("rejectsHint")}
        </Notice>
      )}
      {job.taskId !== null && <TaskDetails id={job.taskId} unit="bytes" />}
    </>
  );
}

function Progress({ job }: { job: Import }) {
  const words = [
    job.rowsPerSecond !== null && t("speed", { rate: formatNumber(Math.round(job.rowsPerSecond)) }),
    job.secondsLeft !== null && t("left", { time: formatDuration(job.secondsLeft * 1000) }),
  ].filter((part) => part !== false);
  return (
    <Card title={t("progress")}>
      <div class="flex flex-col gap-2">
        <WorkProgress
          state={job.state}
          done={job.progressBytes}
          total={job.sizeBytes}
          unit="bytes"
        />
        <p class="text-sm text-muted tabular-nums">{words.join(" · ")}</p>
      </div>
    </Card>
  );
}
