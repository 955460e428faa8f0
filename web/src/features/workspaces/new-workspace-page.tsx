import { useQuery } from "@tanstack/preact-query";
import { useLocation } from "preact-iso";
import { type Answer, api, ask } from "../../api.ts";
import { queryClient } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { SelectField, TextArea, TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { FormProblem, Loaded } from "../../ui/states.tsx";
import { TimeZoneField } from "../../ui/time-zone-field.tsx";
import { t } from "./workspaces.messages.ts";

type Organization = Answer<typeof api.organizations.get>["items"][number];

/** Creates another workspace in one of the person's organizations. */
export function NewWorkspacePage() {
  const query = useQuery({
    queryKey: ["organizations"],
    queryFn: () => ask(api.organizations.get()),
  });
  return (
    <>
      <PageHeader title={t("newWorkspace")} description={t("newWorkspaceBody")} />
      <PageBody narrow>
        <Loaded query={query}>{({ items }) => <NewWorkspace organizations={items} />}</Loaded>
      </PageBody>
    </>
  );
}

function NewWorkspace({ organizations }: { organizations: Organization[] }) {
  const { route } = useLocation();
  const form = useForm({
    initial: {
      organizationId: organizations[0]?.id ?? "",
      name: "",
      timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
      postalAddress: "",
    },
    submit: async (values) => {
      const made = await ask(api.workspaces.post(values));
      await queryClient.invalidateQueries({ queryKey: ["me"] });
      route(`/w/${made.id}`);
    },
  });
  return (
    <form class="flex max-w-lg flex-col gap-4" onSubmit={form.onSubmit} noValidate>
      {organizations.length > 1 && (
        <SelectField
          {...form.choice("organizationId")}
          label={t("organization")}
          options={organizations.map((one) => ({ value: one.id, label: one.name }))}
        />
      )}
      <TextField {...form.text("name")} label={t("name")} autofocus />
      <TimeZoneField {...form.choice("timeZone")} label={t("timeZone")} />
      <TextArea
        {...form.text("postalAddress")}
        label={t("postalAddress")}
        hint={t("footerBody")}
        rows={3}
      />
      <FormProblem problem={form.problem} />
      <div>
        <Button type="submit" variant="primary" busy={form.busy}>
          {t("createWorkspace")}
        </Button>
      </div>
    </form>
  );
}
