import { t } from "./sources.messages.ts";

type Key = keyof typeof t.catalogue;

/** Describes an origin: `import:12`, `form:3`, `manual`, or a way of unsubscribing. Others are shown as they are. */
export function sourceText(source: string): string {
  const [kind = "", id = ""] = source.split(":");
  const key = `from.${kind}`;
  if (isKey(key)) {
    return t(key, { id });
  }
  return isKey(`via.${source}`) ? t(`via.${source}` as Key) : source;
}

/** The path of the page that a source refers to, below the workspace; undefined when it has none. */
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
