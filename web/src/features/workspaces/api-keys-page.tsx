import { KeyRound, Plus } from "lucide-preact";
import { useState } from "preact/hooks";
import { type Answer, api, ask, type WorkspaceApi } from "../../api.ts";
import { formatList } from "../../format.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Badge, Card, RelativeTime } from "../../ui/display.tsx";
import { PageBody } from "../../ui/page.tsx";
import { PagedTable } from "../../ui/paged-table.tsx";
import { EmptyState } from "../../ui/states.tsx";
import type { Column } from "../../ui/table.tsx";
import { attempt } from "../../ui/toast.tsx";
import { usePages } from "../../ui/use-pages.ts";
import { ApiKeyDialog } from "./api-key-dialog.tsx";
import { SettingsFrame } from "./settings-frame.tsx";
import { t } from "./workspaces.messages.ts";

type ApiKey = Answer<WorkspaceApi["api-keys"]["get"]>["items"][number];

/** The API keys of the workspace. */
export function ApiKeysPage() {
  const { id: workspaceId } = useWorkspace();
  const [creating, setCreating] = useState(false);
  const pages = usePages<ApiKey>({
    key: ["api-keys", workspaceId],
    read: (cursor) => ask(api.workspaces({ workspaceId })["api-keys"].get({ query: cursor })),
  });
  const create = (
    <Button variant="primary" icon={Plus} onClick={() => setCreating(true)}>
      {t("newKey")}
    </Button>
  );
  return (
    <SettingsFrame title={t("apiKeys")} actions={create}>
      <PageBody>
        <Card flush>
          <PagedTable
            pages={pages}
            label={t("apiKeys")}
            columns={columns()}
            rowKey={(row) => row.id}
            actions={(row) =>
              row.revokedAt === null && (
                <span class="flex justify-end gap-2">
                  {row.heldAt !== null && (
                    <Button size="small" onClick={() => resume(row, workspaceId)}>
                      {t("turnOn")}
                    </Button>
                  )}
                  <Button size="small" onClick={() => revoke(row, workspaceId)}>
                    {t("revoke")}
                  </Button>
                </span>
              )
            }
            empty={
              <EmptyState icon={KeyRound} title={t("noKeys")} action={create}>
                {t("keysBody")}
              </EmptyState>
            }
          />
        </Card>
      </PageBody>
      {creating && <ApiKeyDialog onClose={() => setCreating(false)} />}
    </SettingsFrame>
  );
}

const columns = (): Column<ApiKey>[] => [
  { key: "name", head: t("name"), cell: (row) => <span class="font-medium">{row.name}</span> },
  { key: "key", head: t("key"), cell: (row) => <code class="text-sm">{row.prefix}…</code> },
  {
    key: "scopes",
    head: t("permissions"),
    wide: true,
    cell: (row) => (
      <span data-tip={formatList(row.scopes)}>{t("scopeCount", { count: row.scopes.length })}</span>
    ),
  },
  {
    key: "status",
    head: t("status"),
    cell: (row) => <KeyStatus row={row} />,
  },
  {
    key: "created",
    head: t("created"),
    align: "end",
    wide: true,
    cell: (row) => <RelativeTime at={row.createdAt} />,
  },
  {
    key: "used",
    head: t("lastUsed"),
    align: "end",
    wide: true,
    cell: (row) => (row.lastUsedAt === null ? t("never") : <RelativeTime at={row.lastUsedAt} />),
  },
];

function KeyStatus({ row }: { row: ApiKey }) {
  if (row.revokedAt !== null) {
    return <Badge>{t("revoked")}</Badge>;
  }
  if (row.heldAt !== null) {
    return (
      <span data-tip={t("keyOffBody")}>
        <Badge tone="warning">{t("keyOff")}</Badge>
      </span>
    );
  }
  if (row.inactiveScopes.length > 0) {
    return (
      <span data-tip={t("keyLimitedBody", { scopes: formatList(row.inactiveScopes) })}>
        <Badge tone="warning">{t("keyLimited")}</Badge>
      </span>
    );
  }
  return <Badge tone="success">{t("active")}</Badge>;
}

async function resume(key: ApiKey, workspaceId: string): Promise<void> {
  await attempt(async () => {
    await ask(api.workspaces({ workspaceId })["api-keys"]({ id: key.id }).resume.post());
    await queryClient.invalidateQueries({ queryKey: ["api-keys", workspaceId] });
  });
}

async function revoke(key: ApiKey, workspaceId: string): Promise<void> {
  const sure = await confirm({
    title: t("revokeAsk", { name: key.name }),
    body: t("revokeBody"),
    action: t("revoke"),
    danger: true,
  });
  if (sure) {
    await attempt(async () => {
      await ask(api.workspaces({ workspaceId })["api-keys"]({ id: key.id }).delete());
      await queryClient.invalidateQueries({ queryKey: ["api-keys", workspaceId] });
    });
  }
}
