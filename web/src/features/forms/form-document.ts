import type { Answer, WorkspaceApi } from "../../api.ts";

/** The API of one form. */
export type OneForm = ReturnType<WorkspaceApi["forms"]>;

export type FormDocument = Answer<OneForm["get"]>;

/** The values of a form in its editor. */
export type FormValues = FormDocument["settings"] & { name: string; enabled: boolean };
