/** The parameters of a message. */
export type Params = Record<string, string | number>;

/**
 * Formats an ICU-like message: `{name}`, `{n, number}` and `{n, plural, =0 {none} one {# contact} other {# contacts}}`,
 * and `{kind, select, a {first} other {second}}`, nested to any depth. A missing parameter stays visible as `{name}`,
 * so that the mistake is noticed.
 */
export function fillMessage(message: string, params: Params, language: string): string {
  return fill(message, params, language, "");
}

function fill(message: string, params: Params, language: string, hash: string): string {
  let out = "";
  for (let at = 0; at < message.length; at++) {
    const char = message[at] as string;
    if (char === "{") {
      const end = closingBrace(message, at);
      out += placeholder(message.slice(at + 1, end), params, language);
      at = end;
    } else {
      out += char === "#" && hash !== "" ? hash : char;
    }
  }
  return out;
}

function closingBrace(message: string, open: number): number {
  let depth = 0;
  for (let at = open; at < message.length; at++) {
    depth += message[at] === "{" ? 1 : message[at] === "}" ? -1 : 0;
    if (depth === 0) {
      return at;
    }
  }
  throw new Error(`A brace is not closed in the message: ${message}`);
}

function placeholder(inner: string, params: Params, language: string): string {
  const [name = "", kind = "", ...rest] = inner.split(",");
  const value = params[name.trim()];
  if (value === undefined) {
    return `{${name.trim()}}`;
  }
  if (kind.trim() === "select") {
    const forms = formsOf(rest.join(","));
    return fill(forms.get(String(value)) ?? forms.get("other") ?? "", params, language, "");
  }
  const number = () => new Intl.NumberFormat(language).format(Number(value));
  if (kind.trim() === "plural") {
    const form = pluralForm(rest.join(","), Number(value), language);
    return fill(form, params, language, number());
  }
  return kind.trim() === "number" ? number() : String(value);
}

function pluralForm(text: string, value: number, language: string): string {
  const forms = formsOf(text);
  const category = new Intl.PluralRules(language).select(value);
  return forms.get(`=${value}`) ?? forms.get(category) ?? forms.get("other") ?? "";
}

/** Maps each label of a plural or select to its text. */
function formsOf(forms: string): Map<string, string> {
  const found = new Map<string, string>();
  for (let at = forms.indexOf("{"); at !== -1; at = forms.indexOf("{", at)) {
    const end = closingBrace(forms, at);
    const label =
      forms
        .slice(0, at)
        .trim()
        .split(/[\s}]+/)
        .at(-1) ?? "";
    found.set(label, forms.slice(at + 1, end));
    at = end + 1;
  }
  return found;
}
