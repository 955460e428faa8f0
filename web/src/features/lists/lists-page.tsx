import { ListChecks } from "lucide-preact";
import { useState } from "preact/hooks";
import { type Answer, ask, given, type WorkspaceApi } from "../../api.ts";
import { type List, refreshChoices } from "../../choices.ts";
import { formatList, formatNumber } from "../../format.ts";
import { useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Badge, Card, RelativeTime } from "../../ui/display.tsx";
import { TextArea, TextField } from "../../ui/field.tsx";
import { SearchBox, Toolbar } from "../../ui/filters.tsx";
import { useForm } from "../../ui/form.ts";
import { Menu } from "../../ui/menu.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { PagedTable } from "../../ui/paged-table.tsx";
import { EmptyState, FormProblem } from "../../ui/states.tsx";
import type { Column } from "../../ui/table.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { Checkbox } from "../../ui/toggles.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { usePages } from "../../ui/use-pages.ts";
import { t } from "./lists.messages.ts";

type OneList = ReturnType<WorkspaceApi["lists"]>;
type Use = Answer<OneList["use"]["get"]>;

/** The lists of the workspace. */
export function ListsPage() {
  const workspace = useWorkspace();
  const [editing, setEditing] = useState<List | "new">();
  const create = workspace.canEdit && (
    <Button variant="primary" onClick={() => setEditing("new")}>
      {t("newList")}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t("lists")}
        trail={[{ label: t("contacts"), href: `${workspace.base}/contacts` }]}
        actions={create}
      />
      <PageBody>
        <Card flush>
          <ListRows create={create} onEdit={setEditing} />
        </Card>
      </PageBody>
      {editing !== undefined && (
        <ListDialog
          list={editing === "new" ? undefined : editing}
          onClose={() => setEditing(undefined)}
        />
      )}
    </>
  );
}

function ListRows({
  create,
  onEdit,
}: {
  create: preact.ComponentChildren;
  onEdit: (list: List) => void;
}) {
  const workspace = useWorkspace();
  const q = useUrlState().get("q");
  const lists = usePages<List>({
    key: ["lists", workspace.id, q],
    read: (cursor, signal) =>
      ask(workspace.call.lists.get({ query: given({ q, ...cursor }), fetch: { signal } })),
  });
  const remove = async (list: List) => {
    const call = workspace.call.lists({ id: list.id });
    const use = await useOf(call);
    if (use === undefined) {
      return;
    }
    const sure = await confirm({
      title: t("removeAsk", { name: list.name }),
      body: <ListLoss use={use} members={list.subscribed + list.pending + list.unsubscribed} />,
      action: t("remove"),
      danger: true,
      typeName: list.name,
    });
    const removed = () => ask(call.delete(undefined, { query: { force: true } }));
    if (sure && (await attempt(removed))) {
      toast(t("removed"));
      await refreshChoices("lists");
    }
  };
  const actions = (row: List) => (
    <Menu
      items={[
        { label: t("edit"), onSelect: () => onEdit(row) },
        "separator",
        { label: t("remove"), danger: true, onSelect: () => void remove(row) },
      ]}
    />
  );
  return (
    <>
      <Toolbar>
        <SearchBox label={t("searchLists")} />
      </Toolbar>
      <PagedTable
        pages={lists}
        label={t("lists")}
        rowKey={(row) => String(row.id)}
        columns={columns(workspace.base)}
        {...(workspace.canEdit ? { actions } : {})}
        empty={
          <EmptyState
            icon={ListChecks}
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

/** What uses a list; undefined when that could not be loaded, in which case the error is shown. */
async function useOf(list: OneList): Promise<Use | undefined> {
  let use: Use | undefined;
  await attempt(async () => {
    use = await ask(list.use.get());
  });
  return use;
}

/** What is deleted with a list, and what stops working without it. */
function ListLoss({ use, members }: { use: Use; members: number }) {
  const names = (items: { name: string }[]) => formatList(items.map(({ name }) => name));
  const isDraft = ({ status }: { status: string }) => status === "draft" || status === "scheduled";
  const groups = [
    ["useOnlyForms", use.forms.filter(({ isOnlyList }) => isOnlyList)],
    ["useForms", use.forms.filter(({ isOnlyList }) => !isOnlyList)],
    ["useSegments", use.segments],
    ["useDrafts", use.campaigns.filter(isDraft)],
    ["useRunning", use.campaigns.filter((one) => !isDraft(one))],
  ] as const;
  return (
    <>
      <p>{t("removeBody", { count: members })}</p>
      <ul class="mt-3 flex list-disc flex-col gap-2 pl-5 empty:hidden">
        {groups.map(
          ([key, items]) =>
            items.length > 0 && <li key={key}>{t(key, { names: names(items) })}</li>,
        )}
        {use.waiting > 0 && <li>{t("useWaiting", { count: use.waiting })}</li>}
      </ul>
    </>
  );
}

const columns = (base: string): Column<List>[] => [
  {
    key: "name",
    head: t("name"),
    cell: (row) => (
      <>
        <a class="row-link" href={`${base}/contacts?list=${row.id}`}>
          {row.name}
        </a>
        {row.isPublic && (
          <span class="ml-2">
            <Badge tone="info">{t("public")}</Badge>
          </span>
        )}
        {row.description !== "" && (
          <span class="block max-w-96 truncate text-sm text-muted">{row.description}</span>
        )}
      </>
    ),
  },
  {
    key: "subscribed",
    head: t("subscribed"),
    align: "end",
    cell: (row) => formatNumber(row.subscribed),
  },
  {
    key: "pending",
    head: t("pending"),
    align: "end",
    wide: true,
    cell: (row) => (
      <>
        {formatNumber(row.pending + row.waiting)}
        {row.waiting > 0 && (
          <span class="block whitespace-nowrap text-sm text-muted">
            {t("waitingByForm", { count: row.waiting })}
          </span>
        )}
      </>
    ),
  },
  {
    key: "unsubscribed",
    head: t("unsubscribed"),
    align: "end",
    wide: true,
    cell: (row) => formatNumber(row.unsubscribed),
  },
  {
    key: "changed",
    head: t("changed"),
    align: "end",
    wide: true,
    cell: (row) => <RelativeTime at={row.updatedAt} />,
  },
];

function ListDialog({ list, onClose }: { list: List | undefined; onClose: () => void }) {
  const workspace = useWorkspace();
  const form = useForm({
    initial: {
      name: list?.name ?? "",
      description: list?.description ?? "",
      isPublic: list?.isPublic ?? false,
      doubleOptIn: list?.doubleOptIn ?? true,
    },
    submit: async (values) => {
      const { lists } = workspace.call;
      await (list === undefined
        ? ask(lists.post(values))
        : ask(lists({ id: list.id }).patch(values)));
      await refreshChoices("lists");
      onClose();
    },
  });
  return (
    <Dialog
      title={list === undefined ? t("newList") : list.name}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" type="submit" form="list" busy={form.busy}>
            {list === undefined ? t("create") : t("save")}
          </Button>
        </>
      }
    >
      <form id="list" class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextField {...form.text("name")} label={t("name")} autofocus />
        <TextArea
          {...form.text("description")}
          label={t("description")}
          hint={form.values.isPublic && t("descriptionPublic")}
          optional
          rows={3}
        />
        <Checkbox
          label={t("isPublic")}
          hint={t("isPublicHint")}
          checked={form.values.isPublic}
          onChange={(on) => form.set("isPublic", on)}
        />
        <Checkbox
          label={t("doubleOptIn")}
          hint={t("doubleOptInHint")}
          checked={form.values.doubleOptIn}
          onChange={(on) => form.set("doubleOptIn", on)}
        />
      </form>
    </Dialog>
  );
}
