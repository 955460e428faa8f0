import { Ban } from "lucide-preact";
import { useState } from "preact/hooks";
import { type Answer, api, apiUrl, ask, given } from "../../api.ts";
import { queryClient } from "../../session.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Card, RelativeTime } from "../../ui/display.tsx";
import { TextField } from "../../ui/field.tsx";
import { SearchBox, Toolbar } from "../../ui/filters.tsx";
import { useForm } from "../../ui/form.ts";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { PagedTable } from "../../ui/paged-table.tsx";
import { EmptyState, FormProblem } from "../../ui/states.tsx";
import type { Column } from "../../ui/table.tsx";
import { toast } from "../../ui/toast.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { usePages } from "../../ui/use-pages.ts";
import { AddSuppressions } from "./add-suppressions.tsx";
import { t } from "./suppressions.messages.ts";

type Suppression = Answer<typeof api.instance.suppressions.get>["items"][number];

const KEY = "instance-suppressions";

/** Addresses that no workspace may mail, and why. */
export function InstanceSuppressionsPage() {
  const [adding, setAdding] = useState(false);
  const [lifting, setLifting] = useState<string>();
  const refresh = () => {
    setAdding(false);
    setLifting(undefined);
    return queryClient.invalidateQueries({ queryKey: [KEY] });
  };
  return (
    <>
      <PageHeader
        title={t("suppressions")}
        description={t("about")}
        trail={[{ label: t("instance"), href: "/instance" }]}
        actions={
          <>
            <ButtonLink download href={apiUrl("/instance/suppressions/export")}>
              {t("exportCsv")}
            </ButtonLink>
            <Button variant="primary" onClick={() => setAdding(true)}>
              {t("add")}
            </Button>
          </>
        }
      />
      <PageBody>
        <Card flush>
          <Rows onLift={setLifting} />
        </Card>
      </PageBody>
      {adding && <AddSuppressions onClose={refresh} />}
      {lifting !== undefined && <LiftDialog address={lifting} onClose={refresh} />}
    </>
  );
}

function Rows({ onLift }: { onLift: (address: string) => void }) {
  const q = useUrlState().get("q");
  const list = usePages<Suppression>({
    key: [KEY, q],
    read: (cursor, signal) =>
      ask(api.instance.suppressions.get({ query: given({ q, ...cursor }), fetch: { signal } })),
  });
  return (
    <>
      <Toolbar>
        <SearchBox label={t("search")} />
      </Toolbar>
      <PagedTable
        pages={list}
        label={t("suppressions")}
        rowKey={(row) => row.address}
        columns={columns()}
        actions={(row) => (
          <Button size="small" variant="ghost" onClick={() => onLift(row.address)}>
            {t("lift")}
          </Button>
        )}
        empty={
          <EmptyState icon={Ban} title={q === undefined ? t("none") : t("noMatch")}>
            {q === undefined && t("noneBody")}
          </EmptyState>
        }
      />
    </>
  );
}

const columns = (): Column<Suppression>[] => [
  { key: "address", head: t("address"), cell: (row) => row.address },
  { key: "reason", head: t("reason"), cell: (row) => t(row.reason) },
  {
    key: "source",
    head: t("source"),
    wide: true,
    cell: (row) => <span class="text-muted">{row.detail || row.source}</span>,
  },
  {
    key: "since",
    head: t("since"),
    align: "end",
    wide: true,
    cell: (row) => <RelativeTime at={row.createdAt} />,
  },
];

function LiftDialog({ address, onClose }: { address: string; onClose: () => void }) {
  const form = useForm({
    initial: { reason: "" },
    submit: async ({ reason }) => {
      await ask(api.instance.suppressions.delete({ address, reason }));
      toast(t("lifted"));
      onClose();
    },
  });
  return (
    <Dialog
      title={t("liftTitle", { address })}
      description={t("liftBody")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" type="submit" form="lift" busy={form.busy}>
            {t("lift")}
          </Button>
        </>
      }
    >
      <form id="lift" class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextField {...form.text("reason")} label={t("why")} autofocus />
      </form>
    </Dialog>
  );
}
