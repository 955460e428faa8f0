import { Tag as TagIcon } from "lucide-preact";
import { useState } from "preact/hooks";
import { ask, given } from "../../api.ts";
import type { Tag } from "../../choices.ts";
import { formatNumber } from "../../format.ts";
import { useWorkspace } from "../../session.ts";
import { RunningWork } from "../../task-list.tsx";
import { refreshAudience } from "../../tasks.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Card, RelativeTime } from "../../ui/display.tsx";
import { SearchBox, Toolbar } from "../../ui/filters.tsx";
import { Menu } from "../../ui/menu.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { PagedTable } from "../../ui/paged-table.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { usePages } from "../../ui/use-pages.ts";
import { MergeTagDialog, TagDialog } from "./tag-dialogs.tsx";
import { t } from "./tags.messages.ts";

type Open = { what: "new" } | { what: "rename" | "merge"; tag: Tag };

/** The tags of the workspace. */
export function TagsPage() {
  const workspace = useWorkspace();
  const [open, setOpen] = useState<Open>();
  const create = workspace.canEdit && (
    <Button variant="primary" onClick={() => setOpen({ what: "new" })}>
      {t("newTag")}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t("tags")}
        trail={[{ label: t("contacts"), href: `${workspace.base}/contacts` }]}
        actions={
          <>
            <RunningWork />
            {create}
          </>
        }
      />
      <PageBody>
        <Card flush>
          <TagRows create={create} onOpen={setOpen} />
        </Card>
      </PageBody>
      {open?.what === "merge" && (
        <MergeTagDialog tag={open.tag} onClose={() => setOpen(undefined)} />
      )}
      {(open?.what === "new" || open?.what === "rename") && (
        <TagDialog
          tag={open.what === "new" ? undefined : open.tag}
          onClose={() => setOpen(undefined)}
        />
      )}
    </>
  );
}

function TagRows({
  create,
  onOpen,
}: {
  create: preact.ComponentChildren;
  onOpen: (open: Open) => void;
}) {
  const workspace = useWorkspace();
  const q = useUrlState().get("q");
  const tags = usePages<Tag>({
    key: ["tags", workspace.id, q],
    read: (cursor, signal) =>
      ask(workspace.call.tags.get({ query: given({ q, ...cursor }), fetch: { signal } })),
  });
  const remove = async (tag: Tag) => {
    const sure = await confirm({
      title: t("removeAsk", { name: tag.name }),
      body: t("removeBody", { count: tag.contactCount }),
      action: t("remove"),
      danger: true,
      typeName: tag.name,
    });
    if (sure && (await attempt(() => ask(workspace.call.tags({ id: tag.id }).delete())))) {
      toast(t("removed"));
      await refreshAudience();
    }
  };
  const actions = (tag: Tag) => (
    <Menu
      items={[
        { label: t("rename"), onSelect: () => onOpen({ what: "rename", tag }) },
        { label: t("merge"), onSelect: () => onOpen({ what: "merge", tag }) },
        "separator",
        { label: t("remove"), danger: true, onSelect: () => void remove(tag) },
      ]}
    />
  );
  return (
    <>
      <Toolbar>
        <SearchBox label={t("search")} />
      </Toolbar>
      <PagedTable
        pages={tags}
        label={t("tags")}
        rowKey={(row) => String(row.id)}
        columns={[
          {
            key: "name",
            head: t("name"),
            cell: (row) => (
              <a class="row-link" href={`${workspace.base}/contacts?tag=${row.id}`}>
                {row.name}
              </a>
            ),
          },
          {
            key: "people",
            head: t("people"),
            align: "end",
            cell: (row) => formatNumber(row.contactCount),
          },
          {
            key: "created",
            head: t("created"),
            align: "end",
            wide: true,
            cell: (row) => <RelativeTime at={row.createdAt} />,
          },
        ]}
        {...(workspace.canEdit ? { actions } : {})}
        empty={
          <EmptyState
            icon={TagIcon}
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
