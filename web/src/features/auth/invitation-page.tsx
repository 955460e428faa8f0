import { useQuery } from "@tanstack/preact-query";
import { useLocation } from "preact-iso";
import { api, ask } from "../../api.ts";
import { locale, suggestLocale } from "../../i18n.ts";
import { queryClient, useMe } from "../../session.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { PasswordField, TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { FormProblem, Loaded, Notice } from "../../ui/states.tsx";
import { t } from "./auth.messages.ts";
import { EntryFrame } from "./entry-frame.tsx";

/** The page behind an invitation link: accept with an existing account, or create one. */
export function InvitationPage() {
  const token = useLocation().query["token"] ?? "";
  const me = useMe();
  const invitation = useQuery({
    queryKey: ["invitation", token],
    queryFn: async () => {
      const read = await ask(api.invitations.read.post({ token }));
      suggestLocale(read.locale);
      return read;
    },
    enabled: token !== "",
    retry: false,
  });
  if (token === "") {
    return (
      <EntryFrame title={t("linkIncomplete")} description={t("linkIncompleteBody")}>
        <ButtonLink href="/" class="w-full">
          {t("signIn")}
        </ButtonLink>
      </EntryFrame>
    );
  }
  return (
    <EntryFrame
      title={t("invitationTitle")}
      description={
        invitation.data &&
        t("invitationBody", {
          workspace: invitation.data.workspaceName,
          email: invitation.data.email,
        })
      }
    >
      <Loaded query={invitation} rows={3}>
        {({ email }) =>
          me.data === undefined ? (
            <Register token={token} email={email} />
          ) : (
            <Accept token={token} signedInAs={me.data.user.email} />
          )
        }
      </Loaded>
    </EntryFrame>
  );
}

function useEnter() {
  const { route } = useLocation();
  return async (workspaceId: string) => {
    await queryClient.invalidateQueries();
    route(`/w/${workspaceId}`, true);
  };
}

function Accept({ token, signedInAs }: { token: string; signedInAs: string }) {
  const enter = useEnter();
  const form = useForm({
    initial: {},
    submit: async () => {
      const { workspaceId } = await ask(api.invitations.accept.post({ token }));
      await enter(workspaceId);
    },
  });
  return (
    <form class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
      <FormProblem problem={form.problem} />
      <Notice>{t("signedInAs", { email: signedInAs })}</Notice>
      <Button type="submit" variant="primary" size="large" busy={form.busy}>
        {t("acceptInvitation")}
      </Button>
    </form>
  );
}

function Register({ token, email }: { token: string; email: string }) {
  const enter = useEnter();
  const form = useForm({
    initial: { name: "", password: "" },
    submit: async ({ name, password }) => {
      const person = { token, name, password, locale: locale.value };
      const { workspaceId } = await ask(api.invitations.register.post(person));
      await ask(api.auth["sign-in"].post({ email, password }));
      await enter(workspaceId);
    },
  });
  const back = encodeURIComponent(`/invitation?token=${token}`);
  return (
    <form class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
      <FormProblem problem={form.problem} />
      <TextField {...form.text("name")} label={t("yourName")} autocomplete="name" autofocus />
      <PasswordField
        {...form.text("password")}
        label={t("newPassword")}
        hint={t("passwordHint")}
        autocomplete="new-password"
      />
      <Button type="submit" variant="primary" size="large" busy={form.busy}>
        {t("createAndAccept")}
      </Button>
      <a class="link text-center" href={`/sign-in?next=${back}`}>
        {t("haveAccount")}
      </a>
    </form>
  );
}
