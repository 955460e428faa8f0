import { useState } from "preact/hooks";
import { type Answer, api, ask } from "../../api.ts";
import { reasonWithHint } from "../../refusal.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField, TextArea, TextField } from "../../ui/field.tsx";
import { FileDrop } from "../../ui/file-drop.tsx";
import { useForm } from "../../ui/form.ts";
import { FormProblem, Notice } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import { addressesOf } from "./address-file.ts";
import { t } from "./suppressions.messages.ts";

type Added = Answer<typeof api.instance.suppressions.post>;

const MAX_FILE_BYTES = 20 * 1024 * 1024;
/** The maximum that the API accepts per request. */
const AT_ONCE = 1_000;
const SHOWN = 20;
const reasons = ["manual", "complaint", "spamtrap"] as const;

const reasonOf = (value: string) => reasons.find((one) => one === value) ?? "manual";

/** Adds addresses to the list, typed or from a file. */
export function AddSuppressions({ onClose }: { onClose: () => void }) {
  const [file, setFile] = useState<{ name: string; addresses: string[] }>();
  const [rejected, setRejected] = useState<Added["rejected"]>([]);
  const form = useForm({
    initial: { addresses: "", detail: "", reason: reasonOf("manual") },
    submit: async ({ addresses, detail, reason }) => {
      const typed = addresses.split(/[\n,;]/).flatMap((line) => line.trim() || []);
      const all = [...typed, ...(file?.addresses ?? [])];
      const source = file?.name.slice(0, 100) ?? "manual";
      const total: Added = { added: 0, already: 0, rejected: [] };
      for (let at = 0; at < all.length; at += AT_ONCE) {
        const part = all.slice(at, at + AT_ONCE);
        const done = await ask(
          api.instance.suppressions.post({ addresses: part, detail, reason, source }),
        );
        total.added += done.added;
        total.already += done.already;
        total.rejected.push(...done.rejected);
      }
      toast(t("added", { added: total.added, already: total.already }));
      setRejected(total.rejected);
      if (total.rejected.length === 0) {
        onClose();
      }
    },
  });
  const isEmpty = form.values.addresses.trim() === "" && (file?.addresses.length ?? 0) === 0;
  return (
    <Dialog
      title={t("add")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" type="submit" form="add" busy={form.busy} disabled={isEmpty}>
            {t("add")}
          </Button>
        </>
      }
    >
      <form id="add" class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextArea
          {...form.text("addresses")}
          label={t("addresses")}
          hint={t("addressesHint")}
          rows={4}
          mono
        />
        {file === undefined ? (
          <FileDrop
            label={t("file")}
            accept=".csv,.txt,text/csv,text/plain"
            maxBytes={MAX_FILE_BYTES}
            hint={t("fileHint")}
            onFile={async (chosen) =>
              setFile({ name: chosen.name, addresses: addressesOf(await chosen.text()) })
            }
          />
        ) : (
          <Notice tone="neutral">
            {t("inFile", { count: file.addresses.length, name: file.name })}
          </Notice>
        )}
        <SelectField
          label={t("reason")}
          value={form.values.reason}
          options={reasons.map((value) => ({ value, label: t(value) }))}
          onChange={(value) => form.set("reason", reasonOf(value))}
        />
        <TextField {...form.text("detail")} label={t("note")} optional />
        {rejected.length > 0 && <Rejected rows={rejected} />}
      </form>
    </Dialog>
  );
}

function Rejected({ rows }: { rows: Added["rejected"] }) {
  return (
    <Notice tone="error" title={t("rejected")}>
      {rows.slice(0, SHOWN).map((one) => (
        <p key={one.address}>
          {one.address}: {reasonWithHint(one)}
        </p>
      ))}
      {rows.length > SHOWN && <p>{t("andMore", { count: rows.length - SHOWN })}</p>}
    </Notice>
  );
}
