import { useQuery } from "@tanstack/preact-query";
import { AtSign } from "lucide-preact";
import { useState } from "preact/hooks";
import { type Answer, ask, type WorkspaceApi } from "../../api.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Badge, Card } from "../../ui/display.tsx";
import { TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { Menu } from "../../ui/menu.tsx";
import { EmptyState, FormProblem, Loaded } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { attempt } from "../../ui/toast.tsx";
import { t } from "./sending.messages.ts";

type Sender = Answer<WorkspaceApi["senders"]["get"]>["items"][number];

/** The sender names and addresses that recipients see. */
export function SendersCard() {
  const workspace = useWorkspace();
  const [editing, setEditing] = useState<Sender | "new">();
  const senders = useQuery({
    queryKey: ["senders", workspace.id],
    queryFn: () => ask(workspace.call.senders.get()),
  });
  const add = workspace.canAdmin && (
    <Button variant="primary" onClick={() => setEditing("new")}>
      {t("newSender")}
    </Button>
  );
  return (
    <Card flush title={t("senders")} action={add}>
      <Loaded query={senders}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState icon={AtSign} title={t("noSenders")}>
              {t("noSendersBody")}
            </EmptyState>
          ) : (
            <SenderTable senders={items} onEdit={setEditing} />
          )
        }
      </Loaded>
      {editing !== undefined && (
        <SenderDialog
          sender={editing === "new" ? undefined : editing}
          onClose={() => {
            setEditing(undefined);
            void queryClient.invalidateQueries({ queryKey: ["senders"] });
          }}
        />
      )}
    </Card>
  );
}

function SenderTable({ senders, onEdit }: { senders: Sender[]; onEdit: (one: Sender) => void }) {
  const workspace = useWorkspace();
  const remove = async (one: Sender) => {
    const sure = await confirm({
      title: t("removeSenderAsk", { email: one.email }),
      body: t("removeSenderBody"),
      action: t("remove"),
      danger: true,
    });
    if (sure && (await attempt(() => ask(workspace.call.senders({ id: one.id }).delete())))) {
      await queryClient.invalidateQueries({ queryKey: ["senders"] });
    }
  };
  const actions = (row: Sender) => (
    <Menu
      items={[
        { label: t("edit"), onSelect: () => onEdit(row) },
        "separator",
        { label: t("remove"), danger: true, onSelect: () => void remove(row) },
      ]}
    />
  );
  return (
    <Table
      label={t("senders")}
      rows={senders}
      rowKey={(row) => String(row.id)}
      columns={[
        {
          key: "name",
          head: t("senderName"),
          cell: (row) => (
            <>
              <span class="font-medium">{row.name}</span>
              <span class="block text-sm text-muted">{row.email}</span>
            </>
          ),
        },
        { key: "replyTo", head: t("replyTo"), wide: true, cell: (row) => row.replyTo },
        { key: "state", head: t("domain"), cell: (row) => <SenderState sender={row} /> },
      ]}
      {...(workspace.canAdmin ? { actions } : {})}
    />
  );
}

function SenderState({ sender }: { sender: Sender }) {
  if (sender.testOnly) {
    return <Badge>{t("testOnly")}</Badge>;
  }
  return (
    <Badge tone={sender.domainVerified ? "success" : "warning"}>
      {sender.domainVerified ? t("verified") : t("notVerified")}
    </Badge>
  );
}

function SenderDialog({ sender, onClose }: { sender: Sender | undefined; onClose: () => void }) {
  const workspace = useWorkspace();
  const form = useForm({
    initial: {
      name: sender?.name ?? "",
      email: sender?.email ?? "",
      replyTo: sender?.replyTo ?? "",
    },
    submit: async (values) => {
      const senders = workspace.call.senders;
      await (sender === undefined
        ? ask(senders.post(values))
        : ask(senders({ id: sender.id }).patch(values)));
      onClose();
    },
  });
  return (
    <Dialog
      title={sender?.email ?? t("newSender")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" type="submit" form="sender-form" busy={form.busy}>
            {sender === undefined ? t("create") : t("save")}
          </Button>
        </>
      }
    >
      <form id="sender-form" class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextField {...form.text("name")} label={t("senderName")} autofocus />
        <TextField {...form.text("email")} label={t("email")} hint={t("emailHint")} type="email" />
        <TextField {...form.text("replyTo")} label={t("replyTo")} optional type="email" />
      </form>
    </Dialog>
  );
}
