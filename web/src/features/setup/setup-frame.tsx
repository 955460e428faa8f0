import { Check } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { Logo } from "../../shell/logo.tsx";
import { t } from "./setup.messages.ts";
import type { SetupState, StepName } from "./use-setup.ts";

/** The page before the steps: one card in the middle. */
export function GateFrame({
  title,
  description,
  children,
}: {
  title: string;
  description?: string;
  children: ComponentChildren;
}) {
  useTitle(title);
  return (
    <main class="grid min-h-dvh grid-rows-[1fr_auto_1.6fr] justify-items-center px-4 py-10">
      <div class="row-start-2 w-full max-w-[420px]">
        <div class="mb-6 flex flex-col items-center gap-4 text-center">
          <Logo size={40} />
          <div>
            <h1 class="text-xl">{title}</h1>
            {description !== undefined && <p class="mt-2 text-pretty text-muted">{description}</p>}
          </div>
        </div>
        <div class="card flex flex-col p-6 shadow-raised">{children}</div>
      </div>
    </main>
  );
}

const bodyKeys = {
  administrator: "administratorBody",
  organization: "organizationBody",
  workspace: "workspaceBody",
  "public-url": "public-urlBody",
  route: "routeBody",
  sender: "senderBody",
  "test-message": "test-messageBody",
  finish: "finishBody",
} as const;

/** A list of steps beside the current one. */
export function StepFrame({
  state,
  current,
  onChoose,
  children,
}: {
  state: SetupState;
  current: StepName;
  onChoose: (step: StepName) => void;
  children: ComponentChildren;
}) {
  useTitle(t("title"));
  const at = state.steps.findIndex((step) => step.name === current);
  return (
    <div class="grid min-h-dvh md:grid-cols-[264px_minmax(0,1fr)]">
      <aside class="sticky top-0 flex h-dvh flex-col gap-8 p-6 max-md:hidden">
        <p class="flex items-center gap-2.5 font-semibold">
          <Logo size={24} />
          {t("title")}
        </p>
        <StepList state={state} current={current} onChoose={onChoose} />
      </aside>
      <main class="bg-base-100 md:my-2 md:mr-2 md:rounded-lg md:border md:border-line">
        <div class="mx-auto max-w-[600px] px-4 py-8 md:px-8 md:py-16">
          <p class="mb-1 text-sm text-muted">
            {t("stepOf", { at: at + 1, count: state.steps.length })}
          </p>
          <h1 class="text-2xl">{t(`step.${current}`)}</h1>
          <p class="mt-1 mb-8 max-w-[52ch] text-pretty text-muted">{t(bodyKeys[current])}</p>
          {children}
        </div>
      </main>
    </div>
  );
}

function StepList({
  state,
  current,
  onChoose,
}: {
  state: SetupState;
  current: StepName;
  onChoose: (step: StepName) => void;
}) {
  return (
    <nav aria-label={t("steps")}>
      <ol class="flex flex-col gap-0.5">
        {state.steps.map((step, index) => {
          const isOpen = step.answered || step.name === state.step;
          return (
            <li key={step.name}>
              <button
                type="button"
                disabled={!isOpen}
                aria-current={step.name === current ? "step" : undefined}
                onClick={() => onChoose(step.name)}
                class="flex h-9 w-full items-center gap-3 rounded-md px-2 text-left text-muted enabled:hover:bg-base-300 aria-[current=step]:bg-base-300 aria-[current=step]:font-medium aria-[current=step]:text-base-content"
              >
                <StepMark isAnswered={step.answered} number={index + 1} />
                {t(`step.${step.name}`)}
                {step.answered && <span class="sr-only">{t("stepDone")}</span>}
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

function StepMark({ isAnswered, number }: { isAnswered: boolean; number: number }) {
  return (
    <span
      aria-hidden="true"
      class={`grid size-5 flex-none place-items-center rounded-full text-xs tabular-nums ${
        isAnswered ? "bg-primary text-primary-content" : "border border-line-strong"
      }`}
    >
      {isAnswered ? <Check size={12} strokeWidth={3} /> : number}
    </span>
  );
}

function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · SwiftMail`;
  }, [title]);
}
