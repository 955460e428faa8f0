import { useState } from "preact/hooks";
import { api, ask } from "../../api.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/states.tsx";
import { t } from "./setup.messages.ts";
import { StepForm } from "./step-form.tsx";
import { type StepProps, useStepForm } from "./use-setup.ts";

/** Where readers reach the server. An address under which it does not find itself is a warning, not a wall. */
export function PublicUrlStep(props: StepProps) {
  const { state, onDone } = props;
  const [isWarned, setWarned] = useState(false);
  const answer = state.answers.publicUrl;
  const fixed = state.fixedPublicUrl;
  const form = useStepForm(
    {
      state,
      onDone: (next) => {
        if (next.answers.publicUrl?.reachable === false) {
          setWarned(true);
        } else {
          onDone(next);
        }
      },
    },
    { url: fixed ?? answer?.url ?? location.origin },
    (values) => ask(api.setup["public-url"].post(values)),
  );
  return (
    <StepForm form={form}>
      <TextField
        {...form.text("url")}
        label={t("publicUrl")}
        hint={fixed === null ? t("publicUrlHint") : t("publicUrlFixed")}
        type="url"
        disabled={fixed !== null}
        autofocus
      />
      {isWarned && answer !== undefined && (
        <Notice
          tone="warning"
          title={t("unreachable")}
          action={
            <Button size="small" onClick={() => onDone(state)}>
              {t("continueAnyway")}
            </Button>
          }
        >
          {answer.message}
        </Notice>
      )}
      {!isWarned && answer?.reachable && <Notice tone="success" title={t("reachable")} />}
    </StepForm>
  );
}
