import type { ComponentChildren } from "preact";
import { Loaded } from "./states.tsx";
import { Pager, Table, type TableProps } from "./table.tsx";
import type { Pages } from "./use-pages.ts";

/** A paged list as a table with its pager; `empty` replaces both when there are no rows. */
export function PagedTable<Row>({
  pages: { query, pager },
  empty,
  total,
  ...table
}: Omit<TableProps<Row>, "rows"> & {
  pages: Pages<Row>;
  empty: ComponentChildren;
  /** A sentence with the total, when the server knows it. */
  total?: string | undefined;
}) {
  return (
    <Loaded query={query}>
      {(rows) =>
        rows.length === 0 ? (
          empty
        ) : (
          <>
            <Table {...table} rows={rows} />
            <Pager {...pager} {...(total === undefined ? {} : { total })} />
          </>
        )
      }
    </Loaded>
  );
}
