import { useState } from "preact/hooks";
import { ask } from "../../api.ts";
import { reasonWithHint } from "../../refusal.ts";
import { useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextArea, TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { FormProblem, Notice } from "../../ui/states.tsx";
import { toast, toastWarning } from "../../ui/toast.tsx";
import type { Added, Suppression } from "./suppression.ts";
import { t } from "./suppressions.messages.ts";

/** Adds addresses to the list manually. */
export function AddDialog({ onClose }: { onClose: () => void }) {
  const workspace = useWorkspace();
  const [rejected, setRejected] = useState<Added["rejected"]>([]);
  const form = useForm({
    initial: { addresses: "", detail: "", until: "" },
    submit: async ({ addresses, detail, until }) => {
      const lines = addresses.split(/[\n,;]/).flatMap((line) => line.trim() || []);
      const result = await ask(
        workspace.call.suppressions.post({ addresses: lines, detail, expiresAt: endOfDay(until) }),
      );
      toast(t("added", { added: result.added, already: result.already }));
      setRejected(result.rejected);
      if (result.rejected.length === 0) {
        onClose();
      }
    },
  });
  return (
    <Dialog
      title={t("add")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" type="submit" form="add-suppressions" busy={form.busy}>
            {t("add")}
          </Button>
        </>
      }
    >
      <form id="add-suppressions" class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextArea
          {...form.text("addresses")}
          label={t("addresses")}
          hint={t("addressesHint")}
          rows={8}
          mono
        />
        <TextField {...form.text("detail")} label={t("note")} optional />
        <TextField
          {...form.text("until")}
          label={t("until")}
          hint={t("untilHint")}
          type="date"
          optional
        />
        {rejected.length > 0 && (
          <Notice tone="error" title={t("rejected")}>
            {rejected.map((one) => (
              <p key={one.address}>
                {one.address}: {reasonWithHint(one)}
              </p>
            ))}
          </Notice>
        )}
      </form>
    </Dialog>
  );
}

/** The last moment of a day in local time; null for an empty field. */
function endOfDay(day: string): number | null {
  return day === "" ? null : new Date(`${day}T23:59:59`).getTime();
}

/** Removes an address from the list, with a reason for the audit log. */
export function LiftDialog({
  suppression,
  onClose,
}: {
  suppression: Suppression;
  onClose: () => void;
}) {
  const workspace = useWorkspace();
  const form = useForm({
    initial: { reason: "" },
    submit: async ({ reason }) => {
      const { remains } = await ask(
        workspace.call.suppressions.delete({ address: suppression.address, reason }),
      );
      if (remains === null) {
        toast(t("lifted"));
      } else {
        toastWarning(t("liftedAnother"));
      }
      onClose();
    },
  });
  return (
    <Dialog
      title={t("liftTitle", { address: suppression.address })}
      description={t(suppression.reason === "unclear" ? "liftUnclear" : "liftBody")}
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
