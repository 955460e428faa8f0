import {
  Inbox,
  LayoutDashboard,
  LayoutTemplate,
  type LucideIcon,
  Send,
  Settings,
  Users,
  Waypoints,
} from "lucide-preact";
import type { Me } from "./session.ts";
import { t } from "./shell/shell.messages.ts";

export type NavigationEntry = {
  label: string;
  icon: LucideIcon;
  /** Below "/w/<id>". */
  path: string;
  shortcut?: string;
  /** Shown in the bottom bar on phones. */
  bar?: boolean;
  children?: NavigationChild[];
};

type NavigationChild = {
  label: string;
  path: string;
  /** Only for administrators of the workspace. */
  admin?: boolean;
};

/** The navigation of a workspace, from top to bottom, limited to what the person may open. */
export function navigation(me: Me, workspaceId: string): NavigationEntry[] {
  const role = me.workspaces.find((one) => one.id === workspaceId)?.role;
  const isAdmin = role === "admin" || role === "owner";
  return entries().map(({ children, ...entry }) =>
    children === undefined
      ? entry
      : { ...entry, children: children.filter(({ admin }) => isAdmin || admin !== true) },
  );
}

/** An entry is only listed when its page is in the route table of app.tsx. */
function entries(): NavigationEntry[] {
  return [
    { label: t("dashboard"), icon: LayoutDashboard, path: "", shortcut: "g d", bar: true },
    { label: t("campaigns"), icon: Send, path: "/campaigns", shortcut: "g c", bar: true },
    {
      label: t("contacts"),
      icon: Users,
      path: "/contacts",
      shortcut: "g k",
      bar: true,
      children: [
        { label: t("allContacts"), path: "/contacts" },
        { label: t("lists"), path: "/contacts/lists" },
        { label: t("segments"), path: "/contacts/segments" },
        { label: t("forms"), path: "/contacts/forms" },
        { label: t("tags"), path: "/contacts/tags" },
        { label: t("fields"), path: "/contacts/fields" },
        { label: t("imports"), path: "/contacts/imports" },
        { label: t("suppressions"), path: "/contacts/suppressions" },
        { label: t("privacy"), path: "/contacts/privacy", admin: true },
      ],
    },
    { label: t("templates"), icon: LayoutTemplate, path: "/templates", shortcut: "g t" },
    {
      label: t("inbox"),
      icon: Inbox,
      path: "/inbox",
      shortcut: "g i",
      bar: true,
      children: [
        { label: t("testInbox"), path: "/inbox" },
        { label: t("received"), path: "/inbox/received" },
      ],
    },
    {
      label: t("sending"),
      icon: Waypoints,
      path: "/sending/routes",
      children: [
        { label: t("routes"), path: "/sending/routes" },
        { label: t("domains"), path: "/sending/domains" },
        { label: t("liveQueue"), path: "/sending/queue" },
        { label: t("dmarc"), path: "/sending/dmarc" },
        { label: t("sendingSettings"), path: "/sending/settings" },
      ],
    },
    {
      label: t("settings"),
      icon: Settings,
      path: "/settings",
      shortcut: "g s",
      bar: true,
      children: [
        { label: t("general"), path: "/settings" },
        { label: t("members"), path: "/settings/members" },
        { label: t("apiKeys"), path: "/settings/api-keys" },
        { label: t("auditLog"), path: "/settings/audit" },
      ],
    },
  ];
}
