import { api, ask } from "../../api.ts";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/states.tsx";
import { t } from "./setup.messages.ts";
import { StepForm } from "./step-form.tsx";
import { type StepProps, useStepForm } from "./use-setup.ts";

/** Who campaigns come from. */
export function SenderStep(props: StepProps) {
  const saved = props.state.answers.sender;
  const form = useStepForm(
    props,
    {
      name: saved?.name ?? props.state.answers.workspace?.name ?? "",
      email: saved?.email ?? "",
      replyTo: saved?.replyTo ?? "",
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
      {saved?.domainNote && <Notice>{saved.domainNote}</Notice>}
    </StepForm>
  );
}
