import { Plus } from "lucide-preact";
import { useState } from "preact/hooks";
import { type Answer, api, ask, type WorkspaceApi } from "../../api.ts";
import { queryClient, type Role, useMe, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Badge, Card, RelativeTime } from "../../ui/display.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { PageBody } from "../../ui/page.tsx";
import { Loaded } from "../../ui/states.tsx";
import { type Column, Pager, Table } from "../../ui/table.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { usePages } from "../../ui/use-pages.ts";
import { InviteDialog } from "./invite-dialog.tsx";
import { OpenInvitations } from "./open-invitations.tsx";
import { SettingsFrame } from "./settings-frame.tsx";
import { t } from "./workspaces.messages.ts";

type Member = Answer<WorkspaceApi["members"]["get"]>["items"][number];

const roles: Role[] = ["owner", "admin", "editor", "viewer"];

/** The members of the workspace and their roles. */
export function MembersPage() {
  const { id: workspaceId, canAdmin } = useWorkspace();
  const [inviting, setInviting] = useState(false);
  const { query, pager } = usePages<Member>({
    key: ["members", workspaceId],
    read: (cursor) => ask(api.workspaces({ workspaceId }).members.get({ query: cursor })),
  });
  return (
    <SettingsFrame
      title={t("members")}
      actions={
        canAdmin && (
          <Button variant="primary" icon={Plus} onClick={() => setInviting(true)}>
            {t("invite")}
          </Button>
        )
      }
    >
      <PageBody>
        <Card flush>
          <Loaded query={query}>
            {(rows) => (
              <>
                <MemberRows rows={rows} workspaceId={workspaceId} />
                <Pager {...pager} />
              </>
            )}
          </Loaded>
        </Card>
        {canAdmin && <OpenInvitations workspaceId={workspaceId} />}
      </PageBody>
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
    </SettingsFrame>
  );
}

const columns = (): Column<Member>[] => [
  {
    key: "person",
    head: t("person"),
    cell: (row) => (
      <>
        <span class="block font-medium">{row.name || row.email}</span>
        {row.name !== "" && <span class="block text-sm text-muted">{row.email}</span>}
      </>
    ),
  },
  {
    key: "role",
    head: t("role"),
    cell: (row) => (
      <span class="flex items-center gap-2">
        {t(row.role)}
        {row.invited && <Badge tone="info">{t("invited")}</Badge>}
      </span>
    ),
  },
  {
    key: "since",
    head: t("since"),
    align: "end",
    wide: true,
    cell: (row) => <RelativeTime at={row.createdAt} />,
  },
];

function MemberRows({ rows, workspaceId }: { rows: Member[]; workspaceId: string }) {
  const { canAdmin, role: myRole } = useWorkspace();
  const myId = useMe().data?.user.id;
  const mayTouch = (row: Member) =>
    row.userId !== myId && (myRole === "owner" || row.role !== "owner");
  return (
    <Table
      label={t("members")}
      columns={columns()}
      rows={rows}
      rowKey={(row) => row.userId}
      {...(canAdmin
        ? {
            actions: (row: Member) =>
              mayTouch(row) && <Menu items={memberActions(row, workspaceId, myRole)} />,
          }
        : {})}
    />
  );
}

function memberActions(row: Member, workspaceId: string, myRole: Role): MenuItem[] {
  const name = row.name || row.email;
  const member = api.workspaces({ workspaceId }).members({ userId: row.userId });
  const refresh = () => queryClient.invalidateQueries({ queryKey: ["members", workspaceId] });
  const change = (role: Role) =>
    attempt(async () => {
      await ask(member.patch({ role }));
      await refresh();
      toast(t("roleChanged", { name, role: t(role) }));
    });
  const remove = async () => {
    const sure = await confirm({
      title: t("removeAsk", { name }),
      body: t("removeBody"),
      action: t("remove"),
      danger: true,
    });
    if (sure) {
      await attempt(async () => {
        await ask(member.delete());
        await refresh();
        toast(t("removed", { name }));
      });
    }
  };
  return [
    ...roles
      .filter((role) => role !== row.role && (role !== "owner" || myRole === "owner"))
      .map((role) => ({
        label: t("makeRole", { role: t(role) }),
        onSelect: () => change(role),
      })),
    "separator",
    { label: t("remove"), danger: true, onSelect: remove },
  ];
}
