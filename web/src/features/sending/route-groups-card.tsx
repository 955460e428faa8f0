import { Plus, Trash2 } from "lucide-preact";
import { useState } from "preact/hooks";
import { ask } from "../../api.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Badge, Card } from "../../ui/display.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { Menu } from "../../ui/menu.tsx";
import { FormProblem, Loaded } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { attempt } from "../../ui/toast.tsx";
import { type Route, type RouteGroup, useRouteGroups } from "./route.ts";
import { t } from "./routes.messages.ts";

const refresh = () => queryClient.invalidateQueries({ queryKey: ["route-groups"] });

/** Groups of sending methods that back each other up. */
export function RouteGroupsCard({ routes }: { routes: Route[] }) {
  const workspace = useWorkspace();
  const groups = useRouteGroups();
  const [editing, setEditing] = useState<RouteGroup | "new">();
  const groupsApi = workspace.call["route-groups"];
  const remove = async (group: RouteGroup) => {
    const sure = await confirm({
      title: t("removeGroupAsk", { name: group.name }),
      body: t("removeGroupBody"),
      action: t("remove"),
      danger: true,
    });
    if (sure && (await attempt(() => ask(groupsApi({ id: group.id }).delete())))) {
      await refresh();
    }
  };
  const actions = (row: RouteGroup) => (
    <Menu
      items={[
        { label: t("edit"), onSelect: () => setEditing(row) },
        "separator",
        { label: t("remove"), danger: true, onSelect: () => void remove(row) },
      ]}
    />
  );
  return (
    <Card
      flush
      title={t("groups")}
      description={t("groupsAbout")}
      action={
        workspace.canAdmin && <Button onClick={() => setEditing("new")}>{t("newGroup")}</Button>
      }
    >
      <Loaded query={groups} rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="p-4 text-muted">{t("noGroups")}</p>
          ) : (
            <Table
              label={t("groups")}
              rows={items}
              rowKey={(row) => String(row.id)}
              columns={[
                {
                  key: "name",
                  head: t("groupName"),
                  cell: (row) => <span class="font-medium">{row.name}</span>,
                },
                { key: "members", head: t("members"), cell: (row) => <Members group={row} /> },
              ]}
              {...(workspace.canAdmin ? { actions } : {})}
            />
          )
        }
      </Loaded>
      {editing !== undefined && (
        <GroupDialog
          group={editing === "new" ? undefined : editing}
          routes={routes}
          onClose={() => {
            setEditing(undefined);
            void refresh();
          }}
        />
      )}
    </Card>
  );
}

function Members({ group }: { group: RouteGroup }) {
  return (
    <span class="flex flex-wrap gap-1.5">
      {group.members.map(({ routeId, name, position, weight, enabled }) => (
        <Badge key={routeId} dot={false} tone={enabled ? "info" : "neutral"}>
          {`${position + 1}. ${name}${weight === 1 ? "" : ` × ${weight}`}`}
        </Badge>
      ))}
    </span>
  );
}

type MemberValues = { routeId: string; position: string; weight: string };
const newMember = (position: number): MemberValues => ({
  routeId: "",
  position: String(position),
  weight: "1",
});

type GroupValues = { name: string; members: MemberValues[] };

function valuesOf(group: RouteGroup | undefined): GroupValues {
  const members = group?.members.map(({ routeId, position, weight }) => ({
    routeId: String(routeId),
    position: String(position + 1),
    weight: String(weight),
  }));
  return { name: group?.name ?? "", members: members ?? [newMember(1), newMember(2)] };
}

function bodyOf({ name, members }: GroupValues) {
  const chosen = members.filter(({ routeId }) => routeId !== "");
  return {
    name,
    members: chosen.map(({ routeId, position, weight }) => ({
      routeId: Number(routeId),
      position: Number(position) - 1,
      weight: Number(weight),
    })),
  };
}

function GroupDialog({
  group,
  routes,
  onClose,
}: {
  group: RouteGroup | undefined;
  routes: Route[];
  onClose: () => void;
}) {
  const workspace = useWorkspace();
  const form = useForm({
    initial: valuesOf(group),
    submit: async (values) => {
      const groupsApi = workspace.call["route-groups"];
      const body = bodyOf(values);
      await (group === undefined
        ? ask(groupsApi.post(body))
        : ask(groupsApi({ id: group.id }).patch(body)));
      onClose();
    },
  });
  const { members } = form.values;
  const change = (index: number, part: Partial<MemberValues>) =>
    form.set(
      "members",
      members.map((one, at) => (at === index ? { ...one, ...part } : one)),
    );
  return (
    <Dialog
      shape="wide"
      title={group?.name ?? t("newGroup")}
      description={t("positionHint")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" type="submit" form="route-group" busy={form.busy}>
            {group === undefined ? t("create") : t("save")}
          </Button>
        </>
      }
    >
      <form id="route-group" class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextField {...form.text("name")} label={t("groupName")} autofocus />
        {members.map((member, index) => (
          <MemberRow
            key={index}
            member={member}
            index={index}
            routes={routes}
            error={form.errorOf(`members.${index}.routeId`)}
            onChange={(part) => change(index, part)}
            onRemove={() =>
              form.set(
                "members",
                members.filter((_, at) => at !== index),
              )
            }
          />
        ))}
        <div>
          <Button
            onClick={() => form.set("members", [...members, newMember(members.length + 1)])}
            icon={Plus}
          >
            {t("addMember")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function MemberRow({
  member,
  index,
  routes,
  error,
  onChange,
  onRemove,
}: {
  member: MemberValues;
  index: number;
  routes: Route[];
  error: string | undefined;
  onChange: (part: Partial<MemberValues>) => void;
  onRemove: () => void;
}) {
  return (
    <div class="grid grid-cols-[minmax(0,1fr)_72px_72px_auto] items-end gap-2 sm:gap-3">
      <SelectField
        label={t("routeOf", { n: index + 1 })}
        value={member.routeId}
        placeholder={t("chooseRoute")}
        error={error}
        onChange={(routeId) => onChange({ routeId })}
        options={routes.map((one) => ({ value: String(one.id), label: one.name }))}
      />
      <TextField
        label={t("position")}
        value={member.position}
        inputMode="numeric"
        onInput={(position) => onChange({ position })}
      />
      <TextField
        label={t("weight")}
        value={member.weight}
        inputMode="numeric"
        onInput={(weight) => onChange({ weight })}
      />
      <IconButton icon={Trash2} label={t("removeMember", { n: index + 1 })} onClick={onRemove} />
    </div>
  );
}
