import type { Answer, WorkspaceApi } from "../../api.ts";

/** The API of one form. */
export type OneForm = ReturnType<WorkspaceApi["forms"]>;

export type FormDocument = Answer<OneForm["get"]>;

/** A form as its editor holds it. */
export type FormValues = FormDocument["settings"] & { name: string; enabled: boolean };
