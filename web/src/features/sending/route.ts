import type { Answer, WorkspaceApi } from "../../api.ts";

type Routes = WorkspaceApi["routes"];

/** A way out, as the API tells it. */
export type Route = Answer<Routes["get"]>["items"][number];
export type RouteCheck = Answer<Routes["check"]["post"]>;
