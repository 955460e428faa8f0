import { useState } from "preact/hooks";
import { useChoices } from "../../choices.ts";
import { useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import type { BulkChange } from "./bulk.ts";
import { t } from "./contacts.messages.ts";

/** Actions that need an input first. */
export type BulkEdit = "add_tag" | "remove_tag" | "set_field";

const titles = { add_tag: "addTag", remove_tag: "removeTag", set_field: "setField" } as const;

/** Asks for the tag, or the field and value, to apply to many contacts. */
export function BulkEditDialog({
  action,
  count,
  onApply,
  onClose,
}: {
  action: BulkEdit;
  count: number;
  onApply: (change: BulkChange) => Promise<void>;
  onClose: () => void;
}) {
  const workspace = useWorkspace();
  const fields = useChoices(workspace, "fields").data?.items ?? [];
  const [tag, setTag] = useState("");
  const [chosen, setField] = useState("");
  const [value, setValue] = useState("");
  const [busy, setBusy] = useState(false);
  const field = chosen || (fields[0]?.key ?? "");
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    await onApply(action === "set_field" ? { action, field, value } : { action, tag });
    setBusy(false);
    onClose();
  };
  const ready = action === "set_field" ? field !== "" : tag.trim() !== "";
  return (
    <Dialog
      title={t(titles[action])}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" type="submit" form="bulk-edit" busy={busy} disabled={!ready}>
            {t("apply", { count })}
          </Button>
        </>
      }
    >
      <form id="bulk-edit" class="flex flex-col gap-4" onSubmit={submit} noValidate>
        {action === "set_field" ? (
          <>
            <SelectField
              label={t("fieldLabel")}
              value={field}
              onChange={setField}
              options={fields.map((one) => ({ value: one.key, label: one.label }))}
            />
            <TextField label={t("value")} hint={t("valueHint")} value={value} onInput={setValue} />
          </>
        ) : (
          <TextField
            label={t("tag")}
            value={tag}
            onInput={setTag}
            autofocus
            {...(action === "add_tag" ? { hint: t("tagHint") } : {})}
          />
        )}
      </form>
    </Dialog>
  );
}
