import type { Answer, WorkspaceApi } from "../../api.ts";

export type FormDocument = Answer<ReturnType<WorkspaceApi["forms"]>["get"]>;

/** A form as its editor holds it. */
export type FormValues = FormDocument["settings"] & { name: string; enabled: boolean };
