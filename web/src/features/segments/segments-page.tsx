import { Filter } from "lucide-preact";
import { formatNumber } from "../../format.ts";
import { useWorkspace } from "../../session.ts";
import { RunningWork } from "../../task-list.tsx";
import { ButtonLink } from "../../ui/button.tsx";
import { Badge, Card, RelativeTime } from "../../ui/display.tsx";
import { SearchBox, Toolbar } from "../../ui/filters.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { PagedTable } from "../../ui/paged-table.tsx";
import { EmptyState } from "../../ui/states.tsx";
import type { Column } from "../../ui/table.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { t } from "./segments.messages.ts";
import { type Segment, useSegments } from "./use-segments.ts";

/** The saved segments. */
export function SegmentsPage() {
  const workspace = useWorkspace();
  const q = useUrlState().get("q");
  const segments = useSegments(workspace, q);
  const create = workspace.canEdit && (
    <ButtonLink variant="primary" href={`${workspace.base}/contacts/segments/new`}>
      {t("newSegment")}
    </ButtonLink>
  );
  return (
    <>
      <PageHeader
        title={t("segments")}
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
          <Toolbar>
            <SearchBox label={t("search")} />
          </Toolbar>
          <PagedTable
            pages={segments}
            label={t("segments")}
            rowKey={(row) => String(row.id)}
            columns={columns(`${workspace.base}/contacts/segments`)}
            empty={
              <EmptyState
                icon={Filter}
                title={q === undefined ? t("none") : t("noMatch")}
                action={q === undefined && create}
              >
                {q === undefined && t("noneBody")}
              </EmptyState>
            }
          />
        </Card>
      </PageBody>
    </>
  );
}

/** Live or static, and whether it can be used. */
export function SegmentBadge({ segment }: { segment: Segment }) {
  if (segment.problems.length > 0) {
    return <Badge tone="error">{t("broken")}</Badge>;
  }
  if (segment.state === "filling") {
    return <Badge tone="info">{t("filling")}</Badge>;
  }
  return segment.kind === "static" ? <Badge>{t("static")}</Badge> : null;
}

const columns = (base: string): Column<Segment>[] => [
  {
    key: "name",
    head: t("name"),
    cell: (row) => (
      <>
        <span class="flex items-center gap-2">
          <a class="row-link" href={`${base}/${row.id}`}>
            {row.name}
          </a>
          <SegmentBadge segment={row} />
        </span>
        <span class="block max-w-96 truncate text-sm text-muted">{row.words}</span>
      </>
    ),
  },
  {
    key: "people",
    head: t("people"),
    align: "end",
    cell: (row) => (row.memberCount === null ? "–" : formatNumber(row.memberCount)),
  },
  {
    key: "counted",
    head: t("counted"),
    align: "end",
    wide: true,
    cell: (row) => (row.countedAt === null ? "–" : <RelativeTime at={row.countedAt} />),
  },
  {
    key: "campaigns",
    head: t("usedBy"),
    align: "end",
    wide: true,
    cell: (row) => formatNumber(row.campaigns),
  },
];
