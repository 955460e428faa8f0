import { Users } from "lucide-preact";
import { useEffect, useState } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import { ask } from "../../api.ts";
import { formatNumber } from "../../format.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Card, RelativeTime } from "../../ui/display.tsx";
import { TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { Menu } from "../../ui/menu.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { PagedTable } from "../../ui/paged-table.tsx";
import { EmptyState, FormProblem, Loaded, Notice } from "../../ui/states.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { t } from "./segments.messages.ts";
import { SegmentBadge } from "./segments-page.tsx";
import { type Segment, useMembers, useSegment } from "./use-segments.ts";

/** A segment: its rule as a sentence, its size, and its contacts. */
export function SegmentPage() {
  const workspace = useWorkspace();
  const id = Number(useRoute().params["segmentId"]);
  const query = useSegment(workspace, id);
  const segment = query.data;
  const [freezing, setFreezing] = useState(false);
  return (
    <>
      <PageHeader
        title={segment?.name ?? t("segments")}
        trail={[
          { label: t("contacts"), href: `${workspace.base}/contacts` },
          { label: t("segments"), href: `${workspace.base}/contacts/segments` },
        ]}
        badge={segment && <SegmentBadge segment={segment} />}
        actions={
          segment &&
          workspace.canEdit && <Actions segment={segment} onFreeze={() => setFreezing(true)} />
        }
      />
      <PageBody>
        <Loaded query={query}>{(loaded) => <Content segment={loaded} />}</Loaded>
      </PageBody>
      {freezing && segment && <FreezeDialog segment={segment} onClose={() => setFreezing(false)} />}
    </>
  );
}

function Actions({ segment, onFreeze }: { segment: Segment; onFreeze: () => void }) {
  const workspace = useWorkspace();
  const { route } = useLocation();
  const call = workspace.call.segments({ id: segment.id });
  const list = `${workspace.base}/contacts/segments`;
  const refresh = () => queryClient.invalidateQueries({ queryKey: ["segments"] });
  const remove = async () => {
    const sure = await confirm({
      title: t("removeAsk", { name: segment.name }),
      body: t("removeBody"),
      action: t("remove"),
      danger: true,
      typeName: segment.name,
    });
    if (sure && (await attempt(() => ask(call.delete())))) {
      toast(t("removed"));
      await refresh();
      route(list);
    }
  };
  const duplicate = () =>
    attempt(async () => {
      const copy = await ask(call.duplicate.post());
      await refresh();
      route(`${list}/${copy.id}/edit`);
    });
  const isLive = segment.kind === "live";
  return (
    <>
      {isLive && (
        <ButtonLink variant="primary" href={`${list}/${segment.id}/edit`}>
          {t("edit")}
        </ButtonLink>
      )}
      <Menu
        items={[
          { label: t("duplicate"), disabled: !isLive, onSelect: () => void duplicate() },
          {
            label: t("freeze"),
            disabled: segment.state === "filling" || segment.problems.length > 0,
            onSelect: onFreeze,
          },
          ...(workspace.canAdmin
            ? [
                {
                  label: t("exportPeople"),
                  href: `${workspace.base}/contacts/imports?export=contacts&segment=${segment.id}`,
                },
              ]
            : []),
          "separator",
          { label: t("remove"), danger: true, onSelect: () => void remove() },
        ]}
      />
    </>
  );
}

function Content({ segment }: { segment: Segment }) {
  const isUsable = segment.problems.length === 0 && segment.state === "ready";
  return (
    <>
      {segment.problems.length > 0 && (
        <Notice tone="warning" title={t("broken")}>
          {t("brokenBody")}
        </Notice>
      )}
      {segment.description !== "" && <p class="text-pretty">{segment.description}</p>}
      <Card title={segment.kind === "live" ? t("rule") : t("static")}>
        <p class="text-pretty">{segment.words}</p>
      </Card>
      {isUsable && <Count segment={segment} />}
      {isUsable && <Members segment={segment} />}
    </>
  );
}

/** The last count and its age. A segment that was never counted is counted when it is opened. */
function Count({ segment }: { segment: Segment }) {
  const workspace = useWorkspace();
  const [busy, setBusy] = useState(false);
  const count = async () => {
    setBusy(true);
    await attempt(() => ask(workspace.call.segments({ id: segment.id }).count.post()));
    await queryClient.invalidateQueries({ queryKey: ["segment"] });
    setBusy(false);
  };
  const isNew = segment.memberCount === null;
  useEffect(() => {
    if (isNew) {
      void count();
    }
  }, [segment.id, isNew]);
  return (
    <p class="flex flex-wrap items-center gap-3">
      <span class="text-2xl font-semibold tabular-nums">
        {segment.memberCount === null ? t("counting") : t("found", { count: segment.memberCount })}
      </span>
      {segment.countedAt !== null && (
        <span class="text-muted">
          {t("counted")} <RelativeTime at={segment.countedAt} />
        </span>
      )}
      <Button size="small" busy={busy} onClick={() => void count()}>
        {t("countAgain")}
      </Button>
    </p>
  );
}

function Members({ segment }: { segment: Segment }) {
  const workspace = useWorkspace();
  const members = useMembers(workspace, segment.id, segment.state === "ready");
  return (
    <Card flush>
      <PagedTable
        pages={members}
        label={t("people")}
        rowKey={(row) => String(row.id)}
        columns={[
          {
            key: "email",
            head: t("exportHint"),
            cell: (row) => (
              <a class="row-link" href={`${workspace.base}/contacts/${row.id}`}>
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
          {
            key: "added",
            head: t("field.created_at"),
            align: "end",
            wide: true,
            cell: (row) => <RelativeTime at={row.createdAt} />,
          },
        ]}
        {...(segment.memberCount === null ? {} : { total: `${formatNumber(segment.memberCount)}` })}
        empty={<EmptyState icon={Users} title={t("nobody")} />}
      />
    </Card>
  );
}

function FreezeDialog({ segment, onClose }: { segment: Segment; onClose: () => void }) {
  const workspace = useWorkspace();
  const { route } = useLocation();
  const form = useForm({
    initial: { name: "" },
    submit: async (values) => {
      const { id } = await ask(workspace.call.segments({ id: segment.id }).freeze.post(values));
      toast(t("frozen"));
      await queryClient.invalidateQueries({ queryKey: ["segments"] });
      onClose();
      route(`${workspace.base}/contacts/segments/${id}`);
    },
  });
  return (
    <Dialog
      title={t("freeze")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" type="submit" form="freeze" busy={form.busy}>
            {t("freezeAction")}
          </Button>
        </>
      }
    >
      <form id="freeze" class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <p class="text-muted">{t("freezeBody")}</p>
        <FormProblem problem={form.problem} />
        <TextField {...form.text("name")} label={t("name")} autofocus />
      </form>
    </Dialog>
  );
}
