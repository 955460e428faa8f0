const MAX_AGE_SECONDS = 31_557_600;

/** See RFC 8461 §3.2. */
export type StsPolicy = {
  mode: "enforce" | "testing" | "none";
  /** Host names, or `*.` followed by the rest of a name. */
  mx: string[];
  maxAgeSeconds: number;
};

/** The id in the TXT records of `_mta-sts.<domain>`; undefined unless exactly one of them is a valid STS record. */
export function stsId(records: readonly string[]): string | undefined {
  const own = records.filter((record) => /^v=STSv1\s*(;|$)/.test(record));
  const [record = ""] = own;
  return own.length === 1 ? /;\s*id=([A-Za-z0-9]{1,32})\s*(;|$)/.exec(record)?.[1] : undefined;
}

/** Parses a policy; undefined when it is invalid. Unknown fields are ignored. */
export function parseStsPolicy(text: string): StsPolicy | undefined {
  const mx: string[] = [];
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, key = "", value = ""] = /^([A-Za-z0-9_.-]+)[ \t]*:[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (key === "mx") {
      mx.push(value.toLowerCase());
    } else if (!fields.has(key)) {
      fields.set(key, value);
    }
  }
  const mode = fields.get("mode");
  const age = fields.get("max_age") ?? "";
  const isMode = mode === "enforce" || mode === "testing" || mode === "none";
  const isValid =
    fields.get("version") === "STSv1" &&
    isMode &&
    /^\d{1,10}$/.test(age) &&
    (mode === "none" || mx.length > 0);
  return isValid && isMode
    ? { mode, mx, maxAgeSeconds: Math.min(MAX_AGE_SECONDS, Number(age)) }
    : undefined;
}

/** `*.` matches exactly one label (RFC 8461 §4.1). */
export function allowsHost({ mx }: StsPolicy, host: string): boolean {
  const above = host.slice(host.indexOf("."));
  return mx.some((pattern) =>
    pattern.startsWith("*.") ? above === pattern.slice(1) : pattern === host,
  );
}
