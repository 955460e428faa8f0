import { ArrowDown, ArrowUp, Columns3 } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Button } from "./button.tsx";
import { Popover } from "./menu.tsx";
import { ScrollArea } from "./scroll-area.tsx";
import { Checkbox } from "./toggles.tsx";
import { t } from "./ui.messages.ts";
import type { Sort } from "./url-state.ts";

export type Column<Row> = {
  key: string;
  head: string;
  cell: (row: Row) => ComponentChildren;
  /** Aligns numbers and dates to the right. */
  align?: "end";
  /** The key by which the server sorts. */
  sort?: string;
  /** Hidden until the user selects it. */
  hidden?: boolean;
  /** Hidden on phones. */
  wide?: boolean;
};

export type Selection = {
  keys: ReadonlySet<string>;
  toggle: (key: string) => void;
  setAll: (keys: string[]) => void;
  clear: () => void;
};

/** The selected rows. */
export function useSelection(): Selection {
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set());
  return {
    keys,
    toggle: (key) => {
      const next = new Set(keys);
      if (!next.delete(key)) {
        next.add(key);
      }
      setKeys(next);
    },
    setAll: (all) => setKeys(new Set(all)),
    clear: () => setKeys(new Set()),
  };
}

export type TableProps<Row> = {
  /** Names the table for screen readers. */
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  /** The accessible name of a row's checkbox. */
  rowName?: (row: Row) => string;
  sort?: Sort | undefined;
  onSort?: (sort: Sort) => void;
  selection?: Selection;
  /** The keys of the columns to show, from `useColumns`. */
  shown?: ReadonlySet<string>;
  /** The last cell of each row, usually a `<Menu>`. */
  actions?: (row: Row) => ComponentChildren;
};

/** A table with sortable columns, a sticky header, selection and row actions. Scrolls horizontally on its own. */
export function Table<Row>(props: TableProps<Row>) {
  const { label, rows, rowKey, selection, actions } = props;
  const columns = props.columns.filter((column) => props.shown?.has(column.key) ?? !column.hidden);
  return (
    <ScrollArea label={label}>
      <table class="data-table">
        <thead>
          <tr>
            {selection && (
              <th scope="col" class="w-8">
                <Checkbox
                  label={t("selectAll")}
                  hideLabel
                  checked={rows.length > 0 && selection.keys.size >= rows.length}
                  indeterminate={selection.keys.size > 0 && selection.keys.size < rows.length}
                  onChange={(on) => (on ? selection.setAll(rows.map(rowKey)) : selection.clear())}
                />
              </th>
            )}
            {columns.map((column) => (
              <Head key={column.key} column={column} sort={props.sort} onSort={props.onSort} />
            ))}
            {actions && (
              <th scope="col" class="w-10">
                <span class="sr-only">{t("moreActions")}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <BodyRow key={rowKey(row)} {...props} row={row} columns={columns} />
          ))}
        </tbody>
      </table>
    </ScrollArea>
  );
}

function BodyRow<Row>({
  row,
  columns,
  rowKey,
  rowName,
  selection,
  actions,
}: TableProps<Row> & { row: Row }) {
  const key = rowKey(row);
  const selected = selection?.keys.has(key);
  return (
    <tr aria-selected={selected}>
      {selection && (
        <td>
          <Checkbox
            label={t("selectRow", { name: rowName?.(row) ?? key })}
            hideLabel
            checked={selected === true}
            onChange={() => selection.toggle(key)}
          />
        </td>
      )}
      {columns.map((column) => (
        <td key={column.key} data-align={column.align} class={column.wide ? "max-md:hidden" : ""}>
          {column.cell(row)}
        </td>
      ))}
      {actions && <td class="py-0 text-right">{actions(row)}</td>}
    </tr>
  );
}

function Head<Row>({
  column,
  sort,
  onSort,
}: {
  column: Column<Row>;
  sort: Sort | undefined;
  onSort: ((sort: Sort) => void) | undefined;
}) {
  const active = column.sort !== undefined && sort?.key === column.sort;
  const Arrow = sort?.descending ? ArrowDown : ArrowUp;
  const direction = sort?.descending ? "descending" : "ascending";
  const sortKey = column.sort;
  return (
    <th
      scope="col"
      data-align={column.align}
      class={column.wide ? "max-md:hidden" : ""}
      aria-sort={active ? direction : undefined}
    >
      {sortKey === undefined || onSort === undefined ? (
        column.head
      ) : (
        <button
          type="button"
          class="inline-flex items-center gap-1 rounded hover:text-base-content"
          onClick={() => onSort({ key: sortKey, descending: active ? !sort?.descending : false })}
        >
          {column.head}
          <Arrow size={12} aria-hidden="true" class={active ? "" : "opacity-0"} />
        </button>
      )}
    </th>
  );
}

/** The visible columns, stored in this browser under `id`, and the menu that changes them. */
export function useColumns<Row>(id: string, columns: Column<Row>[]) {
  const storage = `swiftmail.columns.${id}`;
  const [shown, setShown] = useState<ReadonlySet<string>>(() => {
    const stored = localStorage.getItem(storage);
    const first = columns.filter((column) => !column.hidden).map((column) => column.key);
    return new Set(stored === null ? first : stored.split(","));
  });
  const toggle = (key: string) => {
    const next = new Set(shown);
    if (!next.delete(key)) {
      next.add(key);
    }
    localStorage.setItem(storage, [...next].join(","));
    setShown(next);
  };
  const menu = (
    <Popover
      label={t("columns")}
      align="end"
      buttonClass="button button-ghost button-square"
      tip
      button={<Columns3 size={16} aria-hidden="true" />}
    >
      {() => (
        <div class="flex flex-col gap-2 p-2">
          {columns.map((column, index) => (
            <Checkbox
              key={column.key}
              label={column.head}
              checked={shown.has(column.key)}
              disabled={index === 0}
              onChange={() => toggle(column.key)}
            />
          ))}
        </div>
      )}
    </Popover>
  );
  return { shown, menu };
}

/** Under a table: the number of rows shown, and the button that loads more. */
export function Pager({
  count,
  hasMore,
  onMore,
  busy = false,
  total,
}: {
  count: number;
  hasMore: boolean;
  onMore: () => unknown;
  busy?: boolean;
  /** A sentence with the total, when the server knows it. */
  total?: string;
}) {
  return (
    <div class="flex min-h-11 items-center justify-between gap-4 border-t border-line px-4 py-2 text-sm text-muted">
      <span class="tabular-nums">
        {total ?? (hasMore ? t("shownSome", { count }) : t("shownAll", { count }))}
      </span>
      {hasMore && (
        <Button size="small" busy={busy} onClick={onMore}>
          {t("loadMore")}
        </Button>
      )}
    </div>
  );
}

/** Replaces the toolbar while rows are selected: how many, and the available actions. */
export function BulkBar({
  selection,
  children,
}: {
  selection: Selection;
  children: ComponentChildren;
}) {
  return (
    <div role="toolbar" class="flex flex-wrap items-center gap-2">
      <span class="mr-1 font-medium tabular-nums">
        {t("selected", { count: selection.keys.size })}
      </span>
      {children}
      <Button variant="ghost" onClick={selection.clear}>
        {t("clearSelection")}
      </Button>
    </div>
  );
}
