import { useLocation } from "preact-iso";
import { ask } from "../../api.ts";
import { useChoices } from "../../choices.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { FormProblem } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import { Checkbox } from "../../ui/toggles.tsx";
import { t } from "./contacts.messages.ts";

/** Adds a contact and opens their page. */
export function NewContactDialog({ onClose }: { onClose: () => void }) {
  const workspace = useWorkspace();
  const { route } = useLocation();
  const lists = useChoices(workspace, "lists");
  const form = useForm({
    initial: { email: "", firstName: "", lastName: "", listIds: [] as number[] },
    submit: async (values) => {
      const contact = await ask(workspace.call.contacts.post(values));
      await queryClient.invalidateQueries({ queryKey: ["contacts"] });
      toast(t("created"));
      route(`${workspace.base}/contacts/${contact.id}`);
    },
  });
  const { listIds } = form.values;
  return (
    <Dialog
      title={t("newContact")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" type="submit" form="new-contact" busy={form.busy}>
            {t("create")}
          </Button>
        </>
      }
    >
      <form id="new-contact" class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextField {...form.text("email")} label={t("email")} type="email" autofocus />
        <div class="grid gap-4 sm:grid-cols-2">
          <TextField {...form.text("firstName")} label={t("firstName")} optional />
          <TextField {...form.text("lastName")} label={t("lastName")} optional />
        </div>
        {(lists.data?.items.length ?? 0) > 0 && (
          <fieldset class="flex flex-col gap-2">
            <legend class="mb-2 text-sm font-medium">{t("lists")}</legend>
            {lists.data?.items.map((one) => (
              <Checkbox
                key={one.id}
                label={one.name}
                checked={listIds.includes(one.id)}
                onChange={(on) =>
                  form.set(
                    "listIds",
                    on ? [...listIds, one.id] : listIds.filter((id) => id !== one.id),
                  )
                }
              />
            ))}
          </fieldset>
        )}
      </form>
    </Dialog>
  );
}
