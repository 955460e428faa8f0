import { ask } from "../../api.ts";
import { type Tag, useChoices } from "../../choices.ts";
import { useWorkspace } from "../../session.ts";
import { refreshAudience } from "../../tasks.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { FormProblem } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import { t } from "./tags.messages.ts";

/** Creates or renames a tag. */
export function TagDialog({ tag, onClose }: { tag: Tag | undefined; onClose: () => void }) {
  const workspace = useWorkspace();
  const form = useForm({
    initial: { name: tag?.name ?? "" },
    submit: async (values) => {
      const { tags } = workspace.call;
      await (tag === undefined ? ask(tags.post(values)) : ask(tags({ id: tag.id }).patch(values)));
      await refreshAudience();
      onClose();
    },
  });
  return (
    <Dialog
      title={tag?.name ?? t("newTag")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" type="submit" form="tag" busy={form.busy}>
            {tag === undefined ? t("create") : t("save")}
          </Button>
        </>
      }
    >
      <form id="tag" class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextField {...form.text("name")} label={t("name")} autofocus />
      </form>
    </Dialog>
  );
}

/** Replaces a tag with another one on all contacts. */
export function MergeTagDialog({ tag, onClose }: { tag: Tag; onClose: () => void }) {
  const workspace = useWorkspace();
  const tags = useChoices(workspace, "tags");
  const form = useForm({
    initial: { into: "" },
    submit: async ({ into }) => {
      await ask(workspace.call.tags({ id: tag.id }).merge.post({ into: Number(into) }));
      toast(t("merged"));
      await refreshAudience();
      onClose();
    },
  });
  const others = (tags.data?.items ?? []).filter(({ id }) => id !== tag.id);
  return (
    <Dialog
      title={t("merge")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            variant="primary"
            type="submit"
            form="merge"
            busy={form.busy}
            disabled={form.values.into === ""}
          >
            {t("merge")}
          </Button>
        </>
      }
    >
      <form id="merge" class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <p class="text-muted">{t("mergeBody", { name: tag.name })}</p>
        <FormProblem problem={form.problem} />
        <SelectField
          {...form.choice("into")}
          label={t("into")}
          placeholder={t("choose")}
          options={others.map(({ id, name }) => ({ value: String(id), label: name }))}
        />
      </form>
    </Dialog>
  );
}
