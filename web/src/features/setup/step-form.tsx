import type { ComponentChildren } from "preact";
import type { Problem } from "../../problem.ts";
import { Button } from "../../ui/button.tsx";
import { FormProblem } from "../../ui/states.tsx";
import { t } from "./setup.messages.ts";

/** The fields of a step with its error message and its button. */
export function StepForm({
  form,
  children,
  action = t("continue"),
  extra,
  isAgain = false,
}: {
  /** True if the step was already completed, so that the other button is the main one. */
  isAgain?: boolean;
  /** An additional button for an alternative. */
  extra?: ComponentChildren;
  form: { onSubmit: (event?: Event) => unknown; problem: Problem | undefined; busy: boolean };
  children: ComponentChildren;
  action?: string;
}) {
  return (
    <form class="flex flex-col gap-5" onSubmit={form.onSubmit} noValidate>
      {children}
      <FormProblem problem={form.problem} />
      <div class="flex flex-wrap gap-2">
        <Button
          type="submit"
          variant={isAgain ? "default" : "primary"}
          size="large"
          busy={form.busy}
        >
          {action}
        </Button>
        {extra}
      </div>
    </form>
  );
}
