// Groups of sending methods that replace each other.
import type { Connection } from "../../platform/db/driver.ts";
import { AppError, because, invalidField, notFound } from "../../platform/errors.ts";
import type { RouteGroupChange, RouteGroupCreate, RouteGroupView } from "./route-groups.schema.ts";
import {
  addGroup,
  deleteGroupRow,
  findGroup,
  findGroupUser,
  type GroupRow,
  listGroupMembers,
  listGroups,
  replaceGroup,
} from "./route-groups.store.ts";
import { findPreset } from "./route-presets.rules.ts";
import { isPrivateHost } from "./routes.rules.ts";
import { findRoute, type RouteRow } from "./routes.store.ts";

/** How a campaign is sent, as its checks see it: one route, or the enabled routes of a group together. */
export type SendingMethod = {
  name: string;
  /** The kind with the strictest requirements for a domain: direct before relay. */
  kind: RouteRow["kind"];
  /** True while at least one of its routes is enabled. */
  enabled: boolean;
  /** True when every route adds a DKIM signature here. */
  signDkim: boolean;
  /** True when every route is a relay on this machine or in a private network, which may be a test setup. */
  isLocal: boolean;
  /** Messages per second that its routes allow together; null means no limit. */
  maxPerSecond: number | null;
  /** True when every route accepts our own return path. */
  ownReturnPath: boolean;
};

/** How a campaign is sent; undefined when no route is chosen, or it was deleted. */
export function findSendingMethod(
  db: Connection,
  campaign: { routeId: number | null; routeGroupId: number | null },
): SendingMethod | undefined {
  if (campaign.routeGroupId !== null) {
    const group = findGroup(db, campaign.routeGroupId);
    const rows = listGroupMembers(db, campaign.routeGroupId).flatMap(
      ({ routeId }) => findRoute(db, routeId) ?? [],
    );
    return group === undefined ? undefined : wayOf(group.name, rows);
  }
  const row = campaign.routeId === null ? undefined : findRoute(db, campaign.routeId);
  return row === undefined ? undefined : wayOf(row.name, [row]);
}

function wayOf(name: string, all: RouteRow[]): SendingMethod {
  const enabled = all.filter((row) => row.enabled === 1);
  const rows = enabled.length === 0 ? all : enabled;
  const kinds = rows.map((row) => row.kind);
  const kind = (["direct", "relay"] as const).find((one) => kinds.includes(one)) ?? "test_inbox";
  const rates = rows.map((row) => row.maxPerSecond);
  return {
    name,
    kind,
    enabled: enabled.length > 0,
    signDkim: rows.every((row) => row.signDkim === 1),
    isLocal: rows.every((row) => row.kind === "relay" && isPrivateHost(row.host)),
    maxPerSecond: rates.includes(null) ? null : rates.reduce((sum: number, n) => sum + (n ?? 0), 0),
    ownReturnPath: rows.every((row) => findPreset(row.preset)?.ownReturnPath !== false),
  };
}

/** All groups of the workspace, oldest first. */
export function readRouteGroups(db: Connection): { items: RouteGroupView[]; nextCursor: null } {
  return { items: listGroups(db).map((row) => viewOf(db, row)), nextCursor: null };
}

/** @throws AppError `not_found`. */
export function readRouteGroup(db: Connection, id: number): RouteGroupView {
  return viewOf(db, required(db, id));
}

/** @throws AppError `invalid_input` when its routes cannot replace each other. */
export function createRouteGroup(
  db: Connection,
  input: RouteGroupCreate,
  now: number,
): RouteGroupView {
  requireMembers(db, input.members);
  return readRouteGroup(db, addGroup(db, { ...input, now }));
}

/**
 * Changes the given properties. The members are replaced as a whole.
 * @throws AppError `not_found`, and the errors of `createRouteGroup`.
 */
export function changeRouteGroup(
  db: Connection,
  id: number,
  change: RouteGroupChange,
  now: number,
): RouteGroupView {
  const before = readRouteGroup(db, id);
  const members = change.members ?? before.members;
  requireMembers(db, members);
  replaceGroup(db, { id, name: change.name ?? before.name, members, now });
  return readRouteGroup(db, id);
}

/** Deletes a group; its routes stay. @throws AppError `not_found`; `in_use` while a campaign is sent by it. */
export function deleteRouteGroup(db: Connection, id: number): void {
  const user = findGroupUser(db, id);
  if (user !== undefined) {
    throw new AppError("in_use", because("group_of_campaign", { campaign: user }));
  }
  if (!deleteGroupRow(db, id)) {
    throw notFound("route_group");
  }
}

function requireMembers(db: Connection, members: RouteGroupCreate["members"]): void {
  if (members.length === 0) {
    throw invalidField("members", because("group_empty_of_routes"));
  }
  const seen = new Set<number>();
  for (const [index, { routeId }] of members.entries()) {
    const field = `members.${index}.routeId`;
    const route = findRoute(db, routeId);
    if (route === undefined) {
      throw invalidField(field, because("not_a_route"));
    }
    if (seen.has(routeId)) {
      throw invalidField(field, because("route_twice", { route: route.name }));
    }
    seen.add(routeId);
    // A message sent to the test inbox instead of a relay would count as sent and never arrive.
    if (route.kind === "test_inbox" && members.length > 1) {
      throw invalidField(field, because("test_inbox_in_group"));
    }
  }
}

function required(db: Connection, id: number): GroupRow {
  const row = findGroup(db, id);
  if (row === undefined) {
    throw notFound("route_group");
  }
  return row;
}

function viewOf(db: Connection, row: GroupRow): RouteGroupView {
  const members = listGroupMembers(db, row.id).map((member) => ({
    ...member,
    enabled: member.enabled === 1,
  }));
  return { ...row, members };
}
