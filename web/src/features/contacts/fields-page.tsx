import { useQuery } from "@tanstack/preact-query";
import { ListPlus } from "lucide-preact";
import { useState } from "preact/hooks";
import { type Answer, ask, type WorkspaceApi } from "../../api.ts";
import { type Field, useChoices } from "../../choices.ts";
import { formatList } from "../../format.ts";
import { useWorkspace } from "../../session.ts";
import { RunningWork } from "../../task-list.tsx";
import { refreshAudience } from "../../tasks.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Card } from "../../ui/display.tsx";
import { SelectField, TextArea, TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { Menu } from "../../ui/menu.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { EmptyState, FormProblem, Loaded, Notice } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { attempt } from "../../ui/toast.tsx";
import { t } from "./contacts.messages.ts";

const types = ["text", "number", "boolean", "date", "choice", "multi_choice", "url"] as const;
type OneField = ReturnType<WorkspaceApi["contact-fields"]>;
type Use = Answer<OneField["use"]["get"]>;

/** The custom fields of contacts. */
export function FieldsPage() {
  const workspace = useWorkspace();
  const fields = useChoices(workspace, "fields");
  const [adding, setAdding] = useState(false);
  const add = workspace.canEdit && (
    <Button variant="primary" onClick={() => setAdding(true)}>
      {t("newField")}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t("fields")}
        trail={[{ label: t("contacts"), href: `${workspace.base}/contacts` }]}
        description={t("fieldsBody", { example: "{{ contact.city }}" })}
        actions={
          <>
            <RunningWork />
            {add}
          </>
        }
      />
      <PageBody>
        <Card flush>
          <Loaded query={fields}>
            {({ items }) =>
              items.length === 0 ? (
                <EmptyState icon={ListPlus} title={t("noFields")} action={add}>
                  {t("noFieldsBody")}
                </EmptyState>
              ) : (
                <FieldTable fields={items} />
              )
            }
          </Loaded>
        </Card>
      </PageBody>
      {adding && <NewFieldDialog onClose={() => setAdding(false)} />}
    </>
  );
}

function FieldTable({ fields }: { fields: Field[] }) {
  const workspace = useWorkspace();
  const [changing, setChanging] = useState<Field>();
  const fieldApi = ({ id }: Field) => workspace.call["contact-fields"]({ id });
  const remove = async (field: Field) => {
    const use = await useOf(fieldApi(field));
    if (use === undefined) {
      return;
    }
    const sure = await confirm({
      title: t("removeFieldAsk", { name: field.label }),
      body: `${t("removeFieldLoses", { count: use.contacts })} ${namedBy(use)} ${t("removeFieldBody")}`,
      action: t("remove"),
      danger: true,
      typeName: field.label,
    });
    if (sure && (await attempt(() => ask(fieldApi(field).delete())))) {
      await refreshAudience();
    }
  };
  return (
    <>
      {changing !== undefined && (
        <ChangeFieldDialog field={changing} onClose={() => setChanging(undefined)} />
      )}
      <Table
        label={t("fields")}
        rows={fields}
        rowKey={(row) => row.key}
        columns={[
          { key: "label", head: t("label"), cell: (row) => row.label },
          {
            key: "key",
            head: t("key"),
            cell: (row) => (
              <code class="font-mono text-sm text-muted">{`{{ contact.${row.key} }}`}</code>
            ),
          },
          { key: "type", head: t("type"), cell: (row) => t(row.type) },
        ]}
        {...(workspace.canEdit
          ? {
              actions: (row: Field) => (
                <Menu
                  items={[
                    { label: t("changeField"), onSelect: () => setChanging(row) },
                    "separator",
                    { label: t("remove"), danger: true, onSelect: () => void remove(row) },
                  ]}
                />
              ),
            }
          : {})}
      />
    </>
  );
}

/** What uses a field; undefined when that could not be loaded, in which case the error is shown. */
async function useOf(field: OneField): Promise<Use | undefined> {
  let use: Use | undefined;
  await attempt(async () => {
    use = await ask(field.use.get());
  });
  return use;
}

/** Names the segments, campaigns and templates that use a field; empty when none does. */
function namedBy({ segments, campaigns, templates }: Use): string {
  const names = [...segments, ...campaigns, ...templates].map(({ name }) => name);
  return names.length === 0 ? "" : t("fieldNamedBy", { names: formatList(names) });
}

/** Changes label, key and choices. Before a key is changed, everything that uses the old one is listed. */
function ChangeFieldDialog({ field, onClose }: { field: Field; onClose: () => void }) {
  const workspace = useWorkspace();
  const call = workspace.call["contact-fields"]({ id: field.id });
  const use = useQuery({
    queryKey: ["field-use", workspace.id, field.id],
    queryFn: () => ask(call.use.get()),
  });
  const hasChoices = field.type === "choice" || field.type === "multi_choice";
  const form = useForm({
    initial: { label: field.label, key: field.key, choices: field.choices.join("\n") },
    submit: async ({ label, key, choices }) => {
      const lines = choices.split("\n").flatMap((line) => line.trim() || []);
      await ask(call.patch({ label, key, ...(hasChoices ? { choices: lines } : {}) }));
      await refreshAudience();
      onClose();
    },
  });
  const isRenamed = form.values.key !== field.key;
  return (
    <Dialog
      title={field.label}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" type="submit" form="change-field" busy={form.busy}>
            {t("save")}
          </Button>
        </>
      }
    >
      <form id="change-field" class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextField {...form.text("label")} label={t("label")} autofocus />
        <TextField {...form.text("key")} label={t("key")} mono />
        {isRenamed && use.data !== undefined && (
          <Notice tone="warning" title={t("renameField", { count: use.data.contacts })}>
            {namedBy(use.data)}
          </Notice>
        )}
        {hasChoices && (
          <TextArea {...form.text("choices")} label={t("choices")} hint={t("choicesHint")} />
        )}
      </form>
    </Dialog>
  );
}

function NewFieldDialog({ onClose }: { onClose: () => void }) {
  const workspace = useWorkspace();
  const form = useForm({
    initial: { label: "", type: "text" as Field["type"], choices: "" },
    submit: async ({ label, type, choices }) => {
      const lines = choices.split("\n").flatMap((line) => line.trim() || []);
      const choiceList = type === "choice" || type === "multi_choice" ? { choices: lines } : {};
      await ask(workspace.call["contact-fields"].post({ label, type, ...choiceList }));
      await refreshAudience();
      onClose();
    },
  });
  return (
    <Dialog
      title={t("newField")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" type="submit" form="new-field" busy={form.busy}>
            {t("create")}
          </Button>
        </>
      }
    >
      <form id="new-field" class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextField {...form.text("label")} label={t("label")} autofocus />
        <SelectField
          {...form.choice("type")}
          label={t("type")}
          options={types.map((type) => ({ value: type, label: t(type) }))}
        />
        {(form.values.type === "choice" || form.values.type === "multi_choice") && (
          <TextArea {...form.text("choices")} label={t("choices")} hint={t("choicesHint")} />
        )}
      </form>
    </Dialog>
  );
}
