import type { ComponentType } from "preact";
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { api, ask } from "../../api.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { FormProblem, Loaded } from "../../ui/states.tsx";
import { FinishStep } from "./finish-step.tsx";
import { AdministratorStep, OrganizationStep, WorkspaceStep } from "./people-steps.tsx";
import { PublicUrlStep } from "./public-url-step.tsx";
import { RouteStep } from "./route-step.tsx";
import { SenderStep } from "./sender-step.tsx";
import { t } from "./setup.messages.ts";
import { GateFrame, StepFrame } from "./setup-frame.tsx";
import { TestMessageStep } from "./test-message-step.tsx";
import {
  readAgain,
  type SetupState,
  type StepName,
  type StepProps,
  useSetup,
} from "./use-setup.ts";

const steps: Record<StepName, ComponentType<StepProps>> = {
  administrator: AdministratorStep,
  organization: OrganizationStep,
  workspace: WorkspaceStep,
  "public-url": PublicUrlStep,
  route: RouteStep,
  sender: SenderStep,
  "test-message": TestMessageStep,
  finish: FinishStep,
};

/** The setup of a new instance, from the token to the first workspace. It can be interrupted and resumed. */
export function SetupPage() {
  const query = useSetup();
  return (
    <Loaded query={query}>
      {(state) =>
        state.done ? (
          <GateFrame title={t("alreadyDone")}>
            <ButtonLink href="/sign-in" variant="primary" size="large">
              {t("signIn")}
            </ButtonLink>
          </GateFrame>
        ) : state.unlocked ? (
          <Wizard state={state} />
        ) : (
          <Unlock />
        )
      }
    </Loaded>
  );
}

function Unlock() {
  const { query } = useLocation();
  const form = useForm({
    initial: { token: query["token"] ?? "" },
    submit: async ({ token }) => {
      await ask(api.setup.unlock.post({ token: token.trim() }));
      await readAgain();
    },
  });
  return (
    <GateFrame title={t("unlockTitle")} description={t("unlockBody")}>
      <form class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextField
          {...form.text("token")}
          label={t("token")}
          hint={t("tokenHint")}
          autocomplete="off"
          mono
          autofocus
        />
        <Button type="submit" variant="primary" size="large" busy={form.busy}>
          {t("unlock")}
        </Button>
      </form>
    </GateFrame>
  );
}

function Wizard({ state }: { state: SetupState }) {
  // Changes only when a step asks for it, because a step may show a result after it was answered.
  const [current, setCurrent] = useState<StepName>(state.step);
  const Step = steps[current];
  return (
    <StepFrame state={state} current={current} onChoose={setCurrent}>
      <Step key={current} state={state} onDone={(next) => setCurrent(next.step)} />
    </StepFrame>
  );
}
