import { useState } from "preact/hooks";
import { api, ask } from "../../api.ts";
import { locale } from "../../i18n.ts";
import { queryClient, type Role, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { CopyField } from "../../ui/copy.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { FormProblem, Notice } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import { ChoiceCards } from "../../ui/toggles.tsx";
import { t } from "./workspaces.messages.ts";

/** Invites a person. Shows the link when the instance cannot mail it. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const { id: workspaceId, role: myRole } = useWorkspace();
  const [handOn, setHandOn] = useState<{ email: string; link: string }>();
  const form = useForm({
    initial: { email: "", role: "editor" as Role, locale: locale.value },
    submit: async (values) => {
      const { link } = await ask(api.workspaces({ workspaceId }).members.post(values));
      await queryClient.invalidateQueries({ queryKey: ["invitations", workspaceId] });
      if (link === null) {
        toast(t("invitedToast", { email: values.email }));
        onClose();
      } else {
        setHandOn({ email: values.email, link });
      }
    },
  });
  if (handOn !== undefined) {
    return (
      <Dialog
        title={t("linkTitle")}
        onClose={onClose}
        footer={
          <Button variant="primary" onClick={onClose}>
            {t("done")}
          </Button>
        }
      >
        <div class="flex flex-col gap-4">
          <Notice tone="warning">{t("linkBody", { email: handOn.email })}</Notice>
          <CopyField label={t("linkTitle")} value={handOn.link} />
        </div>
      </Dialog>
    );
  }
  const choices: { value: Role; label: string; hint: string }[] = [
    { value: "viewer", label: t("viewer"), hint: t("viewerHint") },
    { value: "editor", label: t("editor"), hint: t("editorHint") },
    { value: "admin", label: t("admin"), hint: t("adminHint") },
    ...(myRole === "owner"
      ? [{ value: "owner" as Role, label: t("owner"), hint: t("ownerHint") }]
      : []),
  ];
  return (
    <Dialog
      title={t("invite")}
      description={t("inviteBody")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" form="invite" variant="primary" busy={form.busy}>
            {t("sendInvitation")}
          </Button>
        </>
      }
    >
      <form id="invite" class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextField {...form.text("email")} label={t("email")} type="email" autofocus />
        <ChoiceCards
          label={t("role")}
          value={form.values.role}
          onChange={(role) => form.set("role", role)}
          options={choices}
        />
        <SelectField
          {...form.choice("locale")}
          label={t("inviteLanguage")}
          hint={t("inviteLanguageHint")}
          options={[
            { value: "en", label: "English" },
            { value: "de", label: "Deutsch" },
          ]}
        />
      </form>
    </Dialog>
  );
}
