import { api, ask } from "../../api.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/states.tsx";
import { t } from "./setup.messages.ts";
import { StepForm } from "./step-form.tsx";
import { type StepProps, useStepForm } from "./use-setup.ts";

/** Sends a real message through the chosen sending method and shows the server's reply. */
export function TestMessageStep(props: StepProps) {
  const { state, onDone } = props;
  const sent = state.answers.testMessage;
  const form = useStepForm(
    // Does not advance automatically, so that the reply can be read.
    { state, onDone: () => undefined },
    { to: sent?.to ?? state.answers.administrator?.email ?? "" },
    (values) => ask(api.setup["test-message"].post(values)),
  );
  return (
    <StepForm
      form={form}
      action={sent === undefined ? t("sendTest") : t("sendAgain")}
      isAgain={sent !== undefined}
      extra={
        sent !== undefined && (
          <Button size="large" variant="primary" onClick={() => onDone(state)}>
            {t("continue")}
          </Button>
        )
      }
    >
      <TextField {...form.text("to")} label={t("testTo")} type="email" autofocus />
      {sent !== undefined && (
        <Notice tone="success" title={t("testSent", { to: sent.to })}>
          <span class="font-mono text-xs">{sent.reply}</span>
          {sent.inboxId !== null && <span class="mt-1 block">{t("openLater")}</span>}
        </Notice>
      )}
    </StepForm>
  );
}
