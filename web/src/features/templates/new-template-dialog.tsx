import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { ask } from "../../api.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { FormProblem } from "../../ui/states.tsx";
import { ChoiceCards } from "../../ui/toggles.tsx";
import { t } from "./templates.messages.ts";

/** Creates a template, empty or as a copy of a built-in one. */
export function NewTemplateDialog({ onClose }: { onClose: () => void }) {
  const workspace = useWorkspace();
  const { route } = useLocation();
  const [start, setStart] = useState("");
  const starters = useQuery({
    queryKey: ["starters", workspace.id],
    queryFn: () => ask(workspace.call["template-starters"].get()),
  });
  const form = useForm({
    initial: { name: "" },
    submit: async ({ name }) => {
      const template = await ask(
        workspace.call.templates.post({
          name,
          ...(start === "" ? { kind: "html" as const, source: "" } : { starter: start }),
        }),
      );
      await queryClient.invalidateQueries({ queryKey: ["templates"] });
      route(`${workspace.base}/templates/${template.id}`);
    },
  });
  return (
    <Dialog
      shape="wide"
      title={t("newTemplate")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" type="submit" form="new-template" busy={form.busy}>
            {t("create")}
          </Button>
        </>
      }
    >
      <form id="new-template" class="flex flex-col gap-5" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextField {...form.text("name")} label={t("name")} autofocus />
        <ChoiceCards
          label={t("startWith")}
          value={start}
          onChange={setStart}
          options={[
            { value: "", label: t("blank"), hint: t("blankHint") },
            ...(starters.data?.items ?? []).map((one) => ({
              value: one.key,
              label: one.name,
              hint: one.description,
            })),
          ]}
        />
      </form>
    </Dialog>
  );
}
