/**
 * True if a path has a number wherever the page's pattern has a numeric id. A path with a word there matches no
 * page, and the server would refuse it with a schema error. Workspace ids are strings.
 */
export function hasValidIds(pattern: string, path: string): boolean {
  const parts = path.split("/");
  return pattern.split("/").every((name, index) => {
    const isNumbered = name.startsWith(":") && name !== ":workspaceId";
    return !isNumbered || /^[1-9]\d{0,15}$/.test(parts[index] ?? "");
  });
}
