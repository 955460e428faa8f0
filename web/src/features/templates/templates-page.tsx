import { LayoutTemplate } from "lucide-preact";
import { useState } from "preact/hooks";
import { type Answer, ask, given, type WorkspaceApi } from "../../api.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Card, RelativeTime } from "../../ui/display.tsx";
import { SearchBox, Toolbar } from "../../ui/filters.tsx";
import { Menu } from "../../ui/menu.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { PagedTable } from "../../ui/paged-table.tsx";
import { EmptyState } from "../../ui/states.tsx";
import type { Column } from "../../ui/table.tsx";
import { attempt } from "../../ui/toast.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { usePages } from "../../ui/use-pages.ts";
import { NewTemplateDialog } from "./new-template-dialog.tsx";
import { t } from "./templates.messages.ts";

type Template = Answer<WorkspaceApi["templates"]["get"]>["items"][number];

/** Designs to start campaigns from. */
export function TemplatesPage() {
  const workspace = useWorkspace();
  const [creating, setCreating] = useState(false);
  const create = workspace.canEdit && (
    <Button variant="primary" onClick={() => setCreating(true)}>
      {t("newTemplate")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("templates")} actions={create} />
      <PageBody>
        <Card flush>
          <Rows create={create} />
        </Card>
      </PageBody>
      {creating && <NewTemplateDialog onClose={() => setCreating(false)} />}
    </>
  );
}

function Rows({ create }: { create: preact.ComponentChildren }) {
  const workspace = useWorkspace();
  const q = useUrlState().get("q");
  const templates = usePages<Template>({
    key: ["templates", workspace.id, q],
    read: (cursor, signal) =>
      ask(workspace.call.templates.get({ query: given({ q, ...cursor }), fetch: { signal } })),
  });
  const remove = async (row: Template) => {
    const sure = await confirm({
      title: t("removeAsk", { name: row.name }),
      body: t("removeBody"),
      action: t("remove"),
      danger: true,
    });
    if (sure && (await attempt(() => ask(workspace.call.templates({ id: row.id }).delete())))) {
      await queryClient.invalidateQueries({ queryKey: ["templates"] });
    }
  };
  const actions = (row: Template) => (
    <Menu items={[{ label: t("remove"), danger: true, onSelect: () => void remove(row) }]} />
  );
  return (
    <>
      <Toolbar>
        <SearchBox label={t("search")} />
      </Toolbar>
      <PagedTable
        pages={templates}
        label={t("templates")}
        rowKey={(row) => String(row.id)}
        columns={columns(workspace.base)}
        {...(workspace.canEdit ? { actions } : {})}
        empty={
          <EmptyState
            icon={LayoutTemplate}
            title={q === undefined ? t("none") : t("noMatch")}
            action={q === undefined && create}
          >
            {q === undefined && t("noneBody")}
          </EmptyState>
        }
      />
    </>
  );
}

const columns = (base: string): Column<Template>[] => [
  {
    key: "name",
    head: t("name"),
    cell: (row) => (
      <a class="row-link" href={`${base}/templates/${row.id}`}>
        {row.name}
      </a>
    ),
  },
  { key: "kind", head: t("kind"), cell: (row) => row.kind.toUpperCase() },
  { key: "subject", head: t("subject"), wide: true, cell: (row) => row.subject },
  {
    key: "changed",
    head: t("changed"),
    align: "end",
    wide: true,
    cell: (row) => <RelativeTime at={row.updatedAt} />,
  },
];
