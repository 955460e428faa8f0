/**
 * True if a path has a number wherever the page's pattern has a numeric id. A path with a word there belongs to no
 * page, and the server would answer with a schema error. Ids of workspaces are texts.
 */
export function hasValidIds(pattern: string, path: string): boolean {
  const parts = path.split("/");
  return pattern.split("/").every((name, index) => {
    const isNumbered = name.startsWith(":") && name !== ":workspaceId";
    return !isNumbered || /^[1-9]\d{0,15}$/.test(parts[index] ?? "");
  });
}
