import { useLocation } from "preact-iso";

/** The filters of a list, stored in the URL so that back, reload and sharing work. */
export type UrlState = {
  get: (key: string) => string | undefined;
  /** Sets keys, or removes them when undefined or "", without a new history entry. */
  set: (changes: Record<string, string | undefined>) => void;
};

/** The URL with some query keys changed. A pure function. */
export function changeQuery(url: string, changes: Record<string, string | undefined>): string {
  const [path = "", search = ""] = url.split("?", 2);
  const query = new URLSearchParams(search);
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined || value === "") {
      query.delete(key);
    } else {
      query.set(key, value);
    }
  }
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** Reads and writes the query of the current URL. */
export function useUrlState(): UrlState {
  const { query, route } = useLocation();
  return {
    get: (key) => (query[key] === "" ? undefined : query[key]),
    // Based on the live URL, so that two changes in one tick do not overwrite each other.
    set: (changes) => route(changeQuery(location.pathname + location.search, changes), true),
  };
}

/** The column and direction by which a list is sorted. */
export type Sort = { key: string; descending: boolean };
