import { useQuery } from "@tanstack/preact-query";
import { TextCursorInput } from "lucide-preact";
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { type Answer, ask, type WorkspaceApi } from "../../api.ts";
import { formatNumber } from "../../format.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Badge, Card, RelativeTime } from "../../ui/display.tsx";
import { TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { Menu } from "../../ui/menu.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { PagedTable } from "../../ui/paged-table.tsx";
import { EmptyState, FormProblem, Loaded } from "../../ui/states.tsx";
import type { Column } from "../../ui/table.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { usePages } from "../../ui/use-pages.ts";
import { t } from "./forms.messages.ts";

type Summary = Answer<WorkspaceApi["forms"]["get"]>["items"][number];
type Look = Answer<WorkspaceApi["public-look"]["get"]>;

/** The sign-up forms. */
export function FormsPage() {
  const workspace = useWorkspace();
  const [dialog, setDialog] = useState<"new" | "look">();
  const create = workspace.canEdit && (
    <Button variant="primary" onClick={() => setDialog("new")}>
      {t("newForm")}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t("forms")}
        trail={[{ label: t("contacts"), href: `${workspace.base}/contacts` }]}
        actions={
          <>
            {workspace.canAdmin && <Button onClick={() => setDialog("look")}>{t("look")}</Button>}
            {create}
          </>
        }
      />
      <PageBody>
        <Card flush>
          <FormRows create={create} />
        </Card>
      </PageBody>
      {dialog === "new" && <NewFormDialog onClose={() => setDialog(undefined)} />}
      {dialog === "look" && <LookDialog onClose={() => setDialog(undefined)} />}
    </>
  );
}

function FormRows({ create }: { create: preact.ComponentChildren }) {
  const workspace = useWorkspace();
  const { route } = useLocation();
  const forms = usePages<Summary>({
    key: ["forms", workspace.id],
    read: (cursor, signal) => ask(workspace.call.forms.get({ query: cursor, fetch: { signal } })),
  });
  const remove = async (form: Summary) => {
    const sure = await confirm({
      title: t("removeAsk", { name: form.name }),
      body: t("removeBody"),
      action: t("remove"),
      danger: true,
      typeName: form.name,
    });
    if (sure && (await attempt(() => ask(workspace.call.forms({ id: form.id }).delete())))) {
      toast(t("removed"));
      await queryClient.invalidateQueries({ queryKey: ["forms"] });
    }
  };
  const page = (form: Summary) => `${workspace.base}/contacts/forms/${form.id}`;
  const actions = (form: Summary) => (
    <Menu
      items={[
        { label: t("edit"), onSelect: () => route(page(form)) },
        { label: t("numbers"), onSelect: () => route(`${page(form)}/numbers`) },
        "separator",
        { label: t("remove"), danger: true, onSelect: () => void remove(form) },
      ]}
    />
  );
  return (
    <PagedTable
      pages={forms}
      label={t("forms")}
      rowKey={(form) => String(form.id)}
      columns={columns(page)}
      {...(workspace.canEdit ? { actions } : {})}
      empty={
        <EmptyState icon={TextCursorInput} title={t("none")} action={create}>
          {t("noneBody")}
        </EmptyState>
      }
    />
  );
}

const columns = (page: (form: Summary) => string): Column<Summary>[] => [
  {
    key: "name",
    head: t("name"),
    cell: (form) => (
      <>
        <a class="row-link" href={page(form)}>
          {form.name}
        </a>
        {form.problem === "no_list" && (
          <span class="ml-2">
            <Badge tone="error">{t("noList")}</Badge>
          </span>
        )}
        {!form.enabled && (
          <span class="ml-2">
            <Badge>{t("off")}</Badge>
          </span>
        )}
      </>
    ),
  },
  ...(["views", "submits", "confirmed"] as const).map((key) => ({
    key,
    head: t(key),
    align: "end" as const,
    wide: key !== "confirmed",
    cell: (form: Summary) => formatNumber(form.counts[key]),
  })),
  {
    key: "waiting",
    head: t("waiting"),
    align: "end",
    wide: true,
    cell: (form) => formatNumber(form.waiting),
  },
  {
    key: "changed",
    head: t("changed"),
    align: "end",
    wide: true,
    cell: (form) => <RelativeTime at={form.updatedAt} />,
  },
];

function NewFormDialog({ onClose }: { onClose: () => void }) {
  const workspace = useWorkspace();
  const { route } = useLocation();
  const form = useForm({
    initial: { name: "" },
    submit: async (values) => {
      const made = await ask(workspace.call.forms.post(values));
      await queryClient.invalidateQueries({ queryKey: ["forms"] });
      route(`${workspace.base}/contacts/forms/${made.id}`);
    },
  });
  return (
    <Dialog
      title={t("newForm")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" type="submit" form="new-form" busy={form.busy}>
            {t("create")}
          </Button>
        </>
      }
    >
      <form id="new-form" class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextField {...form.text("name")} label={t("name")} hint={t("nameHint")} autofocus />
      </form>
    </Dialog>
  );
}

function LookDialog({ onClose }: { onClose: () => void }) {
  const workspace = useWorkspace();
  const call = workspace.call["public-look"];
  const look = useQuery({
    queryKey: ["public-look", workspace.id],
    queryFn: () => ask(call.get()),
  });
  return (
    <Dialog
      title={t("look")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" type="submit" form="look">
            {t("save")}
          </Button>
        </>
      }
    >
      <Loaded query={look} rows={3}>
        {(data) => <LookForm look={data} call={call} onClose={onClose} />}
      </Loaded>
    </Dialog>
  );
}

function LookForm({
  look,
  call,
  onClose,
}: {
  look: Look;
  call: WorkspaceApi["public-look"];
  onClose: () => void;
}) {
  const form = useForm({
    initial: look,
    submit: async (values) => {
      await ask(call.patch(values));
      await queryClient.invalidateQueries({ queryKey: ["public-look"] });
      toast(t("saved"));
      onClose();
    },
  });
  return (
    <form id="look" class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
      <FormProblem problem={form.problem} />
      <TextField {...form.text("name")} label={t("lookName")} hint={t("lookNameHint")} optional />
      <TextField {...form.text("logoUrl")} label={t("logoUrl")} hint="https://…" optional />
      <TextField {...form.text("color")} label={t("color")} hint={t("colorHint")} optional />
    </form>
  );
}
