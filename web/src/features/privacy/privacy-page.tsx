import { ShieldCheck } from "lucide-preact";
import { useState } from "preact/hooks";
import { type Answer, apiUrl, http, type WorkspaceApi } from "../../api.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Card, RelativeTime } from "../../ui/display.tsx";
import { TextField } from "../../ui/field.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { PagedTable } from "../../ui/paged-table.tsx";
import { EmptyState } from "../../ui/states.tsx";
import type { Column } from "../../ui/table.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { usePages } from "../../ui/use-pages.ts";
import { t } from "./privacy.messages.ts";
import { RetentionCard } from "./retention-card.tsx";

type PrivacyRequest = Answer<WorkspaceApi["privacy"]["requests"]["get"]>["items"][number];

/** What people may ask for: their data, or to be forgotten; and how long things are kept anyway. */
export function PrivacyPage() {
  const workspace = useWorkspace();
  return (
    <>
      <PageHeader
        title={t("privacy")}
        trail={[{ label: t("contacts"), href: `${workspace.base}/contacts` }]}
        description={t("about")}
      />
      <PageBody>
        <AskCard />
        <Card flush title={t("requests")}>
          <Requests />
        </Card>
        <RetentionCard />
      </PageBody>
    </>
  );
}

function AskCard() {
  const workspace = useWorkspace();
  const [address, setAddress] = useState("");
  const [busy, setBusy] = useState(false);
  const ask = async (kind: "export" | "erase") => {
    setBusy(true);
    const started = await attempt(() =>
      http.post(`${workspace.api}/privacy/requests`, { kind, address }),
    );
    setBusy(false);
    if (started) {
      toast(t("queued"));
      setAddress("");
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
      await ask("erase");
    }
  };
  const ready = address.includes("@");
  return (
    <Card title={t("request")}>
      <div class="flex flex-col gap-4">
        <TextField
          label={t("address")}
          hint={t("addressHint")}
          value={address}
          onInput={setAddress}
          type="email"
        />
        <div class="flex flex-wrap gap-2">
          <Button disabled={!ready} busy={busy} onClick={() => ask("export")}>
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
  const list = usePages<PrivacyRequest>({
    key: ["privacy-requests", workspace.id],
    read: (cursor, signal) => http.get(`${workspace.api}/privacy/requests`, { ...cursor }, signal),
  });
  const actions = (row: PrivacyRequest) =>
    row.kind === "export" && row.state === "done" && row.error === null ? (
      <ButtonLink
        size="small"
        download
        href={apiUrl(`${workspace.api}/privacy/requests/${row.id}/file`)}
      >
        {t("download")}
      </ButtonLink>
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

const states = {
  queued: "stateQueued",
  running: "stateRunning",
  done: "stateDone",
  failed: "stateFailed",
} as const;

const columns = (): Column<PrivacyRequest>[] => [
  { key: "kind", head: t("kind"), cell: (row) => t(row.kind) },
  { key: "address", head: t("address"), cell: (row) => row.address ?? t("erased") },
  {
    key: "state",
    head: t("state"),
    cell: (row) => row.error ?? t(states[row.state]),
  },
  {
    key: "when",
    head: t("when"),
    align: "end",
    wide: true,
    cell: (row) => <RelativeTime at={row.createdAt} />,
  },
];
