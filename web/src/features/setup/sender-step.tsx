import { api, ask } from "../../api.ts";
import { causeText } from "../../refusal.ts";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/states.tsx";
import { t } from "./setup.messages.ts";
import { StepForm } from "./step-form.tsx";
import { type StepProps, useStepForm } from "./use-setup.ts";

/** The sender of campaigns, and the sender of the instance's own mail. */
export function SenderStep(props: StepProps) {
  const { sender: saved, systemFrom } = props.state.answers;
  const form = useStepForm(
    props,
    {
      name: saved?.name ?? props.state.answers.workspace?.name ?? "",
      email: saved?.email ?? "",
      replyTo: saved?.replyTo ?? "",
      systemName: systemFrom?.name ?? "",
      systemEmail: systemFrom?.email ?? "",
    },
    ({ replyTo, ...rest }) =>
      ask(api.setup.sender.post({ ...rest, ...(replyTo === "" ? {} : { replyTo }) })),
  );
  return (
    <StepForm form={form}>
      <TextField {...form.text("name")} label={t("senderName")} autofocus />
      <TextField
        {...form.text("email")}
        label={t("senderEmail")}
        type="email"
        placeholder="news@example.com"
        autocomplete="off"
      />
      <TextField
        {...form.text("replyTo")}
        label={t("replyTo")}
        hint={t("replyToHint")}
        type="email"
        autocomplete="off"
        optional
      />
      <fieldset class="flex flex-col gap-5 border-t border-line pt-5">
        <legend class="sr-only">{t("systemFrom")}</legend>
        <div>
          <p class="font-semibold" aria-hidden="true">
            {t("systemFrom")}
          </p>
          <p class="text-sm text-muted">{t("systemFromBody")}</p>
        </div>
        <TextField {...form.text("systemName")} label={t("systemName")} />
        <TextField
          {...form.text("systemEmail")}
          label={t("systemEmail")}
          type="email"
          hint={t("systemEmailHint")}
          autocomplete="off"
        />
      </fieldset>
      {saved?.domainNote && <Notice>{causeText(saved.domainNote, saved.domainNoteCause)}</Notice>}
    </StepForm>
  );
}
