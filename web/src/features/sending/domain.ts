import type { Answer, WorkspaceApi } from "../../api.ts";

/** A sending domain, as the API returns it. */
export type Domain = Answer<ReturnType<WorkspaceApi["domains"]>["get"]>;
