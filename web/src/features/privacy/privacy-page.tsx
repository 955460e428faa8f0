import { ShieldCheck } from "lucide-preact";
import { useState } from "preact/hooks";
import { type Answer, apiUrl, ask, type WorkspaceApi } from "../../api.ts";
import { formatDate } from "../../format.ts";
import { causeText } from "../../refusal.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { TaskDetails } from "../../task-details.tsx";
import { RunningWork } from "../../task-list.tsx";
import { refreshTasks, useOpenTasks } from "../../tasks.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { CopyLink } from "../../ui/copy-link.tsx";
import { Card, RelativeTime } from "../../ui/display.tsx";
import { TextField } from "../../ui/field.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { PagedTable } from "../../ui/paged-table.tsx";
import { EmptyState } from "../../ui/states.tsx";
import type { Column } from "../../ui/table.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { usePages } from "../../ui/use-pages.ts";
import { WorkBadge } from "../../ui/work-state.tsx";
import { t } from "./privacy.messages.ts";
import { RetentionCard } from "./retention-card.tsx";

type PrivacyRequest = Answer<WorkspaceApi["privacy"]["requests"]["get"]>["items"][number];

/** Requests for a person's data or its erasure, and retention periods. */
export function PrivacyPage() {
  const workspace = useWorkspace();
  return (
    <>
      <PageHeader
        title={t("privacy")}
        trail={[{ label: t("contacts"), href: `${workspace.base}/contacts` }]}
        description={t("about")}
        actions={<RunningWork />}
      />
      <PageBody>
        {workspace.canAdmin ? (
          <>
            <AskCard />
            <Card flush title={t("requests")}>
              <Requests />
            </Card>
            <RetentionCard />
          </>
        ) : (
          <EmptyState icon={ShieldCheck} title={t("adminsOnly")}>
            {t("adminsOnlyBody")}
          </EmptyState>
        )}
      </PageBody>
    </>
  );
}

function AskCard() {
  const workspace = useWorkspace();
  const [address, setAddress] = useState(useUrlState().get("address") ?? "");
  const [busy, setBusy] = useState(false);
  const start = async (kind: "export" | "erase") => {
    setBusy(true);
    const started = await attempt(() =>
      ask(workspace.call.privacy.requests.post({ kind, address })),
    );
    setBusy(false);
    if (started) {
      toast(t("queued"));
      setAddress("");
      refreshTasks();
      await queryClient.invalidateQueries({ queryKey: ["privacy-requests"] });
    }
  };
  const erase = async () => {
    const sure = await confirm({
      title: t("eraseAsk", { address }),
      body: t("eraseBody"),
      action: t("erasePerson"),
      danger: true,
    });
    if (sure) {
      await start("erase");
    }
  };
  const ready = address.includes("@");
  return (
    <Card title={t("somebodyAsks")}>
      <div class="flex max-w-xl flex-col gap-4">
        <TextField
          label={t("address")}
          hint={t("addressHint")}
          value={address}
          onInput={setAddress}
          type="email"
        />
        <div class="flex flex-wrap gap-2">
          <Button disabled={!ready} busy={busy} onClick={() => start("export")}>
            {t("exportPerson")}
          </Button>
          <Button disabled={!ready} onClick={erase}>
            {t("erasePerson")}
          </Button>
        </div>
      </div>
    </Card>
  );
}

function Requests() {
  const workspace = useWorkspace();
  useOpenTasks(workspace);
  const list = usePages<PrivacyRequest>({
    key: ["privacy-requests", workspace.id],
    read: (cursor, signal) =>
      ask(workspace.call.privacy.requests.get({ query: cursor, fetch: { signal } })),
  });
  const actions = (row: PrivacyRequest) =>
    row.kind === "export" && row.state === "done" && row.error === null ? (
      <span class="flex items-center justify-end gap-1">
        <CopyLink make={() => ask(workspace.call.privacy.requests({ id: row.id }).link.post())} />
        <ButtonLink
          size="small"
          download
          href={apiUrl(`${workspace.api}/privacy/requests/${row.id}/file`)}
        >
          {t("download")}
        </ButtonLink>
      </span>
    ) : null;
  return (
    <PagedTable
      pages={list}
      label={t("requests")}
      rowKey={(row) => String(row.id)}
      columns={columns()}
      actions={actions}
      empty={
        <EmptyState icon={ShieldCheck} title={t("none")}>
          {t("noneBody")}
        </EmptyState>
      }
    />
  );
}

function State({ row }: { row: PrivacyRequest }) {
  const rows = Object.values(row.result).reduce((sum, n) => sum + n, 0);
  const { segments = 0, uploads = 0 } = row.result;
  const isToRead = row.error !== null || row.check.length + segments + uploads > 0;
  const gathered =
    row.kind === "export" ? t("gathered", { count: rows }) : t("removed", { count: rows });
  return (
    <span class="flex flex-wrap items-center gap-x-3 gap-y-1">
      <WorkBadge state={row.state} />
      <span class={`text-sm text-muted ${isToRead ? "" : "max-md:hidden"}`}>
        {row.error === null
          ? row.state === "done" && gathered
          : causeText(row.error, row.errorCause)}
        {row.kind === "erase" && segments > 0 && (
          <> · {t("segmentsChanged", { count: segments })}</>
        )}
        {row.kind === "erase" && uploads > 0 && <> · {t("uploadsRemoved", { count: uploads })}</>}
        {row.check.length > 0 && <ToCheck row={row} />}
        {row.state === "done" && row.expiresAt !== null && row.error === null && (
          <> · {t("keptUntil", { date: formatDate(row.expiresAt) })}</>
        )}
      </span>
    </span>
  );
}

/** What an erasure cannot decide automatically: a name alone may belong to somebody else. */
function ToCheck({ row }: { row: PrivacyRequest }) {
  const { base } = useWorkspace();
  const of = (kind: "segment" | "campaign") => row.check.filter((one) => one.kind === kind);
  const links = (kind: "segment" | "campaign") =>
    of(kind).map(({ id, name }, index) => (
      <span key={id}>
        {index > 0 && ", "}
        <a
          class="link"
          href={`${base}/${kind === "segment" ? "contacts/segments" : "campaigns"}/${id}`}
        >
          {name}
        </a>
      </span>
    ));
  return (
    <span class="block">
      {of("segment").length > 0 && (
        <span class="block">
          {t("checkSegments")} {links("segment")}
        </span>
      )}
      {of("campaign").length > 0 && (
        <span class="block">
          {t("checkCampaigns")} {links("campaign")}
        </span>
      )}
    </span>
  );
}

const columns = (): Column<PrivacyRequest>[] => [
  {
    key: "address",
    head: t("request"),
    cell: (row) => (
      <>
        {t(row.kind)}
        <span class="block text-sm text-muted">{row.address ?? t("erased")}</span>
        <TaskDetails id={row.id} unit="records" />
      </>
    ),
  },
  { key: "state", head: t("state"), cell: (row) => <State row={row} /> },
  {
    key: "when",
    head: t("when"),
    align: "end",
    wide: true,
    cell: (row) => <RelativeTime at={row.createdAt} />,
  },
];
