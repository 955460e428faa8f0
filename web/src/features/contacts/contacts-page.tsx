import { Users } from "lucide-preact";
import { useState } from "preact/hooks";
import { contactStatuses, useChoices } from "../../choices.ts";
import { formatDate, formatNumber } from "../../format.ts";
import { useWorkspace } from "../../session.ts";
import { sourceText } from "../../sources.ts";
import { RunningWork, TasksDialog } from "../../task-list.tsx";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { useCommands } from "../../ui/commands.ts";
import { Badge, Card, RelativeTime, type Tone } from "../../ui/display.tsx";
import { FilterChips, SearchBox, Toolbar } from "../../ui/filters.tsx";
import { Menu } from "../../ui/menu.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { PagedTable } from "../../ui/paged-table.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { type Column, useColumns, useSelection } from "../../ui/table.tsx";
import { type Sort, useUrlState } from "../../ui/url-state.ts";
import { BulkActions } from "./bulk-actions.tsx";
import { t } from "./contacts.messages.ts";
import { NewContactDialog } from "./new-contact-dialog.tsx";
import { type Contact, type ContactFilter, useContactCount, useContacts } from "./use-contacts.ts";

/** The contacts of the workspace. */
export function ContactsPage() {
  const workspace = useWorkspace();
  const [adding, setAdding] = useState(false);
  const [isLooking, setLooking] = useState(false);
  useCommands(
    () =>
      workspace.canEdit
        ? [
            {
              id: "new-contact",
              label: t("newContact"),
              group: t("contacts"),
              shortcut: "n",
              run: () => setAdding(true),
            },
          ]
        : [],
    [workspace.canEdit],
  );
  const additions = workspace.canEdit && (
    <>
      <ButtonLink href={`${workspace.base}/contacts/imports/new`}>{t("importCsv")}</ButtonLink>
      <Button variant="primary" onClick={() => setAdding(true)}>
        {t("newContact")}
      </Button>
    </>
  );
  return (
    <>
      <PageHeader
        title={t("contacts")}
        actions={
          workspace.canEdit && (
            <>
              <RunningWork />
              <MoreActions onLook={() => setLooking(true)} />
              {additions}
            </>
          )
        }
      />
      <PageBody>
        <Card flush>
          <ContactRows empty={additions} />
        </Card>
      </PageBody>
      {isLooking && <TasksDialog onClose={() => setLooking(false)} />}
      {adding && <NewContactDialog onClose={() => setAdding(false)} />}
    </>
  );
}

/** Less frequent actions. The export uses the current filter. */
function MoreActions({ onLook }: { onLook: () => void }) {
  const workspace = useWorkspace();
  const url = useUrlState();
  const filter = ["q", "status", "list", "tag"].flatMap((key) => {
    const value = url.get(key);
    return value === undefined ? [] : [`&${key}=${encodeURIComponent(value)}`];
  });
  const href = `${workspace.base}/contacts/imports?export=contacts${filter.join("")}`;
  return (
    <Menu
      items={[
        { label: t("recentActions"), onSelect: onLook },
        ...(workspace.canAdmin ? [{ label: t("exportThese"), href }] : []),
      ]}
    />
  );
}

const statusTones: Record<Contact["status"], Tone> = {
  mailable: "success",
  unsubscribed: "neutral",
  suppressed: "error",
};

/** Whether a contact can be emailed, and why not. */
export function ContactStatus({ contact }: { contact: Contact }) {
  const reason = contact.suppressionReason;
  const word =
    reason === "hard_bounce" ||
    reason === "complaint" ||
    reason === "manual" ||
    reason === "unclear"
      ? t(reason)
      : t(contact.status);
  const tone = reason === "unclear" ? "warning" : statusTones[contact.status];
  return <Badge tone={tone}>{word}</Badge>;
}

function useFilter(): ContactFilter {
  const url = useUrlState();
  const list = url.get("list");
  const tag = url.get("tag");
  return {
    q: url.get("q"),
    status: contactStatuses.find((one) => one === url.get("status")),
    list: list === undefined ? undefined : Number(list),
    tag: tag === undefined ? undefined : Number(tag),
  };
}

const isWhole = ({ list, tag, status }: ContactFilter) =>
  list === undefined && tag === undefined && status === undefined;

/** Sorted by address from A, or newest first. With a list or status filter always newest first. */
function sortOf(
  asked: string | undefined,
  filter: ContactFilter,
): Sort & { key: "address" | "created" } {
  return asked === "address" && isWhole(filter)
    ? { key: "address", descending: false }
    : { key: "created", descending: true };
}

function ContactRows({ empty }: { empty: preact.ComponentChildren }) {
  const workspace = useWorkspace();
  const url = useUrlState();
  const filter = useFilter();
  const sort = sortOf(url.get("sort"), filter);
  const list = useContacts(workspace, filter, sort.key);
  const count = useContactCount(workspace, filter);
  const selection = useSelection();
  const columns = contactColumns(workspace.base);
  const chosen = useColumns("contacts", columns);
  const filtered = Object.values(filter).some((value) => value !== undefined);
  return (
    <>
      {selection.keys.size > 0 ? (
        <Toolbar>
          <BulkActions
            selection={selection}
            filter={filter}
            total={count.data?.count ?? list.pager.count}
            allShown={!list.pager.hasMore}
          />
        </Toolbar>
      ) : (
        <Filters columnsMenu={chosen.menu} />
      )}
      <PagedTable
        pages={list}
        label={t("contacts")}
        rowKey={(row) => String(row.id)}
        rowName={(row) => row.email}
        columns={columns}
        shown={chosen.shown}
        sort={sort}
        {...(isWhole(filter)
          ? {
              onSort: ({ key }: Sort) => url.set({ sort: key === "address" ? key : undefined }),
            }
          : {})}
        {...(workspace.canEdit ? { selection } : {})}
        total={count.data && countText(count.data)}
        empty={
          <EmptyState
            icon={Users}
            title={filtered ? t("noMatch") : t("none")}
            action={!filtered && empty}
          >
            {filtered ? t("noMatchBody") : t("noneBody")}
          </EmptyState>
        }
      />
    </>
  );
}

function countText({ count, exact }: { count: number; exact: boolean }): string {
  return exact ? t("countExact", { count }) : t("countAtLeast", { count: formatNumber(count) });
}

function Filters({ columnsMenu }: { columnsMenu: preact.ComponentChildren }) {
  const workspace = useWorkspace();
  const lists = useChoices(workspace, "lists");
  const tags = useChoices(workspace, "tags");
  const tagOptions = (tags.data?.items ?? []).map(({ id, name }) => ({
    value: String(id),
    label: name,
  }));
  const listOptions = (lists.data?.items ?? []).map((one) => ({
    value: String(one.id),
    label: one.name,
  }));
  return (
    <Toolbar end={columnsMenu}>
      <SearchBox label={t("searchContacts")} />
      <FilterChips
        filters={[
          {
            param: "status",
            label: t("status"),
            options: contactStatuses.map((value) => ({
              value,
              label: t(value),
            })),
          },
          ...(listOptions.length > 0
            ? [{ param: "list", label: t("list"), options: listOptions }]
            : []),
          ...(tagOptions.length > 0
            ? [{ param: "tag", label: t("tag"), options: tagOptions }]
            : []),
        ]}
      />
    </Toolbar>
  );
}

const contactColumns = (base: string): Column<Contact>[] => [
  {
    key: "email",
    head: t("email"),
    sort: "address",
    cell: (row) => (
      <a class="row-link" href={`${base}/contacts/${row.id}`}>
        {row.email}
      </a>
    ),
  },
  {
    key: "name",
    head: t("name"),
    wide: true,
    cell: (row) => `${row.firstName} ${row.lastName}`.trim(),
  },
  { key: "status", head: t("status"), cell: (row) => <ContactStatus contact={row} /> },
  { key: "language", head: t("language"), wide: true, hidden: true, cell: (row) => row.language },
  {
    key: "source",
    head: t("source"),
    wide: true,
    hidden: true,
    cell: (row) => sourceText(row.source),
  },
  {
    key: "created",
    head: t("added"),
    align: "end",
    wide: true,
    sort: "created",
    cell: (row) => formatDate(row.createdAt),
  },
  {
    key: "changed",
    head: t("changed"),
    align: "end",
    wide: true,
    hidden: true,
    cell: (row) => <RelativeTime at={row.updatedAt} />,
  },
];
