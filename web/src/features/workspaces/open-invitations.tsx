import { useQuery } from "@tanstack/preact-query";
import { type Answer, api, ask, type WorkspaceApi } from "../../api.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Card, RelativeTime } from "../../ui/display.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { t } from "./workspaces.messages.ts";

type Invitation = Answer<WorkspaceApi["members"]["invitations"]["get"]>["items"][number];

/** Invitations that were not accepted yet; shows nothing when there are none. */
export function OpenInvitations({ workspaceId }: { workspaceId: string }) {
  const { role: myRole } = useWorkspace();
  const queryKey = ["invitations", workspaceId];
  const invitations = api.workspaces({ workspaceId }).members.invitations;
  const { data } = useQuery({ queryKey, queryFn: () => ask(invitations.get()) });
  if (data === undefined || data.items.length === 0) {
    return null;
  }
  const withdraw = ({ id: invitationId, email }: Invitation) =>
    attempt(async () => {
      await ask(invitations({ invitationId }).delete());
      await queryClient.invalidateQueries({ queryKey });
      toast(t("withdrawn", { email }));
    });
  return (
    <Card flush title={t("invitations")}>
      <Table
        label={t("invitations")}
        columns={columns()}
        rows={data.items}
        rowKey={(row) => row.id}
        actions={(row) =>
          (myRole === "owner" || row.role !== "owner") && (
            <Button size="small" onClick={() => withdraw(row)}>
              {t("withdraw")}
            </Button>
          )
        }
      />
    </Card>
  );
}

const columns = (): Column<Invitation>[] => [
  {
    key: "email",
    head: t("email"),
    cell: (row) => (
      <>
        <span class="block break-all font-medium">{row.email}</span>
        <span class="block text-sm text-muted">{t(row.role)}</span>
      </>
    ),
  },
  {
    key: "expires",
    head: t("expires"),
    align: "end",
    wide: true,
    cell: (row) => <RelativeTime at={row.expiresAt} />,
  },
];
