import { t } from "./sources.messages.ts";

type Key = keyof typeof t.catalogue;

/** Where something came from: `import:12`, `form:3`, `manual`, or how somebody left; anything else as it is. */
export function sourceText(source: string): string {
  const [kind = "", id = ""] = source.split(":");
  const key = `from.${kind}`;
  if (isKey(key)) {
    return t(key, { id });
  }
  return isKey(`via.${source}`) ? t(`via.${source}` as Key) : source;
}

/** The page of what a source names, below the workspace's address; undefined when it has none. */
export function sourcePath(source: string): string | undefined {
  const [, kind = "", id = ""] = /^(import|form|campaign):(\d+)$/.exec(source) ?? [];
  const paths: Record<string, string> = {
    import: `/contacts/imports/${id}`,
    form: `/contacts/forms/${id}`,
    campaign: `/campaigns/${id}`,
  };
  return paths[kind];
}

function isKey(key: string): key is Key {
  return Object.hasOwn(t.catalogue, key);
}
