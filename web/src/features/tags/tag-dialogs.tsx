import { useQuery } from "@tanstack/preact-query";
import { http, type Page } from "../../api.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { FormProblem } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import { t } from "./tags.messages.ts";

type Named = { id: number; name: string };

const refresh = () => queryClient.invalidateQueries({ queryKey: ["tags"] });

/** Makes a tag, or gives one another name. */
export function TagDialog({ tag, onClose }: { tag: Named | undefined; onClose: () => void }) {
  const workspace = useWorkspace();
  const form = useForm({
    initial: { name: tag?.name ?? "" },
    submit: async (values) => {
      const path = `${workspace.api}/tags`;
      await (tag === undefined ? http.post(path, values) : http.patch(`${path}/${tag.id}`, values));
      await refresh();
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

/** Gives everybody with a tag another one instead. */
export function MergeTagDialog({ tag, onClose }: { tag: Named; onClose: () => void }) {
  const workspace = useWorkspace();
  const tags = useQuery({
    queryKey: ["tags", workspace.api, "choices"],
    queryFn: () => http.get<Page<Named>>(`${workspace.api}/tags`, { limit: 200 }),
  });
  const form = useForm({
    initial: { into: "" },
    submit: async ({ into }) => {
      await http.post(`${workspace.api}/tags/${tag.id}/merge`, { into: Number(into) });
      toast(t("merged"));
      await refresh();
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
