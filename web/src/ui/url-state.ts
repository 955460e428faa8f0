import { useLocation } from "preact-iso";

/** The filters of a list, kept in the address so that back, reload and sharing work. */
export type UrlState = {
  get: (key: string) => string | undefined;
  /** Sets or (undefined, "") removes keys, replacing the history entry. */
  set: (changes: Record<string, string | undefined>) => void;
};

/** The address with some query keys changed; pure. */
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

/** Reads and writes the query of the current address. */
export function useUrlState(): UrlState {
  const { query, route } = useLocation();
  return {
    get: (key) => (query[key] === "" ? undefined : query[key]),
    // From the live address: two changes in one tick must not lose each other.
    set: (changes) => route(changeQuery(location.pathname + location.search, changes), true),
  };
}

/** Which column a list is sorted by, and which way. */
export type Sort = { key: string; descending: boolean };
