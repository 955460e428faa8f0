import { useRef, useState } from "preact/hooks";
import { api, ask } from "../../api.ts";
import { causeText } from "../../refusal.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/states.tsx";
import { t } from "./setup.messages.ts";
import { StepForm } from "./step-form.tsx";
import { type StepProps, useStepForm } from "./use-setup.ts";

/** The public URL of the server. If the server cannot reach itself there, the step warns but can be continued. */
export function PublicUrlStep(props: StepProps) {
  const { state, onDone } = props;
  /** The text of the field when it was last submitted. */
  const sent = useRef("");
  /** The URL for which the check failed. A changed one is checked again. */
  const [warnedOf, setWarnedOf] = useState<string>();
  const answer = state.answers.publicUrl;
  const fixed = state.fixedPublicUrl;
  const form = useStepForm(
    {
      state,
      onDone: (next) => {
        if (next.answers.publicUrl?.reachable === false) {
          setWarnedOf(sent.current);
        } else {
          onDone(next);
        }
      },
    },
    { url: fixed ?? answer?.url ?? location.origin },
    (values) => {
      sent.current = values.url;
      return ask(api.setup["public-url"].post(values));
    },
  );
  const field = form.text("url");
  const isWarned = warnedOf !== undefined && warnedOf === field.value;
  return (
    <StepForm form={form}>
      <TextField
        {...field}
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
          {causeText(answer.message, answer.cause)}
        </Notice>
      )}
      {!isWarned && answer?.reachable && <Notice tone="success" title={t("reachable")} />}
    </StepForm>
  );
}
