import { useQuery } from "@tanstack/preact-query";
import { api, ask } from "../../api.ts";
import { queryClient } from "../../session.ts";
import { useForm } from "../../ui/form.ts";

const readSetup = () => ask(api.setup.get());

export type SetupState = Awaited<ReturnType<typeof readSetup>>;
export type StepName = SetupState["step"];
export type RouteAnswer = NonNullable<SetupState["answers"]["route"]>;

/** The progress of the setup. The server stores it, so that the setup can be interrupted and resumed. */
export function useSetup() {
  return useQuery({ queryKey: ["setup"], queryFn: readSetup });
}

/** The properties of each step: the state of the setup, and how to continue. */
export type StepProps = { state: SetupState; onDone: (state: SetupState) => void };

/** The form of one step: sends its values and continues with the new state. */
export function useStepForm<V extends object>(
  { onDone }: StepProps,
  initial: V,
  send: (values: V) => Promise<unknown>,
) {
  return useForm<V>({
    initial,
    submit: async (values) => {
      await send(values);
      onDone(await readAgain());
    },
  });
}

/** Reloads the state after a step, for all components that show it. */
export async function readAgain(): Promise<SetupState> {
  const state = await readSetup();
  queryClient.setQueryData(["setup"], state);
  return state;
}
