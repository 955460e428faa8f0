import { useQuery } from "@tanstack/preact-query";
import { Globe } from "lucide-preact";
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { type Answer, ask, type WorkspaceApi } from "../../api.ts";
import { useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Badge, Card, RelativeTime } from "../../ui/display.tsx";
import { TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { EmptyState, FormProblem, Loaded } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { SendersCard } from "./senders-card.tsx";
import { t } from "./sending.messages.ts";

type Domain = Answer<WorkspaceApi["domains"]["get"]>["items"][number];

/** Senders, sending domains and their DNS records. */
export function DomainsPage() {
  const workspace = useWorkspace();
  const { route: go } = useLocation();
  const [adding, setAdding] = useState(false);
  const domains = useQuery({
    queryKey: ["domains", workspace.id],
    queryFn: () => ask(workspace.call.domains.get()),
  });
  const add = workspace.canAdmin && (
    <Button onClick={() => setAdding(true)}>{t("newDomain")}</Button>
  );
  return (
    <>
      <PageHeader title={t("domains")} description={t("domainsAbout")} />
      <PageBody>
        <SendersCard />
        <Card flush title={t("sendingDomains")} action={add}>
          <Loaded query={domains}>
            {({ items }) =>
              items.length === 0 ? (
                <EmptyState icon={Globe} title={t("noDomains")} action={add}>
                  {t("noDomainsBody")}
                </EmptyState>
              ) : (
                <DomainTable domains={items} />
              )
            }
          </Loaded>
        </Card>
      </PageBody>
      {adding && (
        <DomainDialog
          onClose={(id) => {
            setAdding(false);
            void domains.refetch();
            if (id !== undefined) {
              go(`${workspace.base}/sending/domains/${id}`);
            }
          }}
        />
      )}
    </>
  );
}

function DomainTable({ domains }: { domains: Domain[] }) {
  const workspace = useWorkspace();
  return (
    <Table
      label={t("sendingDomains")}
      rows={domains}
      rowKey={(row) => String(row.id)}
      columns={[
        {
          key: "name",
          head: t("domain"),
          cell: (row) => (
            <a
              class="font-medium no-underline hover:underline"
              href={`${workspace.base}/sending/domains/${row.id}`}
            >
              {row.name}
            </a>
          ),
        },
        {
          key: "state",
          head: "DKIM",
          cell: (row) => (
            <Badge tone={row.verifiedAt === null ? "warning" : "success"}>
              {row.verifiedAt === null ? t("notVerified") : t("verified")}
            </Badge>
          ),
        },
        {
          key: "records",
          head: t("recordsInPlace"),
          align: "end",
          wide: true,
          cell: (row) =>
            `${row.records.filter(({ status }) => status === "ok").length} / ${row.records.length}`,
        },
        {
          key: "checked",
          head: t("lastCheck"),
          wide: true,
          cell: (row) => (row.checkedAt === null ? "–" : <RelativeTime at={row.checkedAt} />),
        },
      ]}
    />
  );
}

function DomainDialog({ onClose }: { onClose: (id?: number) => void }) {
  const workspace = useWorkspace();
  const form = useForm({
    initial: { name: "" },
    submit: async (values) => {
      const { id } = await ask(workspace.call.domains.post(values));
      onClose(id);
    },
  });
  return (
    <Dialog
      title={t("newDomain")}
      onClose={() => onClose()}
      footer={
        <>
          <Button onClick={() => onClose()}>{t("cancel")}</Button>
          <Button variant="primary" type="submit" form="domain" busy={form.busy}>
            {t("create")}
          </Button>
        </>
      }
    >
      <form id="domain" class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextField {...form.text("name")} label={t("domain")} hint={t("domainHint")} autofocus />
      </form>
    </Dialog>
  );
}
