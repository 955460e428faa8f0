import { useQuery } from "@tanstack/preact-query";
import { http } from "../../api.ts";
import { queryClient } from "../../session.ts";
import { useForm } from "../../ui/form.ts";

export type StepName =
  | "administrator"
  | "organization"
  | "workspace"
  | "public-url"
  | "route"
  | "sender"
  | "test-message"
  | "finish";

export type Security = "starttls" | "tls" | "none";

export type SetupState = {
  done: boolean;
  unlocked: boolean;
  step: StepName;
  steps: { name: StepName; answered: boolean }[];
  answers: {
    administrator?: { email: string; name: string };
    organization?: { name: string };
    workspace?: { name: string; timeZone: string; postalAddress: string };
    publicUrl?: { url: string; reachable: boolean; message: string };
    route?: {
      kind: "relay" | "test_inbox";
      host: string;
      port: number;
      security: Security;
      verifyCertificate: boolean;
      username: string;
      hasPassword: boolean;
    };
    sender?: { name: string; email: string; replyTo: string; domainNote: string };
    testMessage?: {
      to: string;
      at: number;
      reply: string;
      workspaceId: string;
      inboxId: number | null;
    };
  };
  fixedPublicUrl: string | null;
};

/** How far the setup is; the server keeps it, so that it can be left and resumed. */
export function useSetup() {
  return useQuery({ queryKey: ["setup"], queryFn: () => http.get<SetupState>("/setup") });
}

/** What each step gets: where the setup stands, and how to go on. */
export type StepProps = { state: SetupState; onDone: (state: SetupState) => void };

/** The form of one step: posts its values to the step's address and goes on with the new state. */
export function useStepForm<V extends object>(
  step: StepName,
  { onDone }: StepProps,
  initial: V,
  toBody: (values: V) => unknown = (values) => values,
) {
  return useForm<V>({
    initial,
    submit: async (values) => {
      await http.post(`/setup/${step}`, toBody(values));
      onDone(await readAgain());
    },
  });
}

/** The state after a step, also for everybody else who shows it. */
export async function readAgain(): Promise<SetupState> {
  const state = await http.get<SetupState>("/setup");
  queryClient.setQueryData(["setup"], state);
  return state;
}
