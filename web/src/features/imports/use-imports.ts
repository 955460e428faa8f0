import { useQuery } from "@tanstack/preact-query";
import { http, type Page } from "../../api.ts";

export type JobState = "uploaded" | "queued" | "running" | "done" | "failed" | "cancelled";

export type Import = {
  id: number;
  fileName: string;
  sizeBytes: number;
  state: JobState;
  rowsRead: number;
  progressBytes: number;
  created: number;
  updated: number;
  skipped: number;
  duplicates: number;
  rejected: number;
  rowsPerSecond: number | null;
  secondsLeft: number | null;
  error: string | null;
  createdAt: number;
};

export type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";
export type Delimiter = "," | ";" | "\t" | "|";

export type Target =
  | "email"
  | "firstName"
  | "lastName"
  | "fullName"
  | "language"
  | "status"
  | "field"
  | "newField"
  | "skip";

export type Guess = {
  column: number;
  name: string;
  target: Target;
  key?: string;
  suggestion?: { label: string; type: string };
  samples: string[];
};

export type Preview = {
  id: number;
  fileName: string;
  encoding: Encoding;
  delimiter: Delimiter;
  hasHeader: boolean;
  header: string[];
  rows: string[][];
  guesses: Guess[];
};

export type Export = {
  id: number;
  state: Exclude<JobState, "uploaded">;
  rowsDone: number;
  rowsTotal: number;
  sizeBytes: number;
  error: string | null;
  createdAt: number;
  expiresAt: number | null;
};

const isOpen = (state: JobState) => state === "queued" || state === "running";
const LIVE_MS = 1_000;

export function useImport(workspaceApi: string, id: string) {
  return useQuery({
    queryKey: ["import", workspaceApi, id],
    queryFn: () => http.get<Import>(`${workspaceApi}/imports/${id}`),
    refetchInterval: (query) => isOpen(query.state.data?.state ?? "done") && LIVE_MS,
  });
}

/** Imports or exports, latest first; asked again every second while one runs. */
export function useJobs<T extends { state: JobState }>(
  workspaceApi: string,
  what: "imports" | "exports",
) {
  return useQuery({
    queryKey: [what, workspaceApi],
    queryFn: () => http.get<Page<T>>(`${workspaceApi}/${what}`, { limit: 50 }),
    refetchInterval: (query) =>
      (query.state.data?.items.some((one) => isOpen(one.state)) ?? false) && LIVE_MS,
  });
}
