import { useQuery } from "@tanstack/preact-query";
import { api, ask } from "../../api.ts";
import { queryClient } from "../../session.ts";
import { useForm } from "../../ui/form.ts";

const readSetup = () => ask(api.setup.get());

export type SetupState = Awaited<ReturnType<typeof readSetup>>;
export type StepName = SetupState["step"];
export type RouteAnswer = NonNullable<SetupState["answers"]["route"]>;

/** How far the setup is; the server keeps it, so that it can be left and resumed. */
export function useSetup() {
  return useQuery({ queryKey: ["setup"], queryFn: readSetup });
}

/** What each step gets: where the setup stands, and how to go on. */
export type StepProps = { state: SetupState; onDone: (state: SetupState) => void };

/** The form of one step: sends its values and goes on with the new state. */
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

/** The state after a step, also for everybody else who shows it. */
export async function readAgain(): Promise<SetupState> {
  const state = await readSetup();
  queryClient.setQueryData(["setup"], state);
  return state;
}
