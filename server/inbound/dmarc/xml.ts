import { because } from "../../platform/errors.ts";
import { type ReadingBudget, UnreadableReport } from "./unpack-report.ts";

/** An element: its child elements by name, in order, and its text. */
export type XmlElement = { children: Map<string, XmlElement[]>; text: string };

const MAX_DEPTH = 20;
const MAX_TEXT_CHARS = 1_000;
const ENTITIES: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/**
 * Reads the elements and text of an XML document; attributes are ignored. A document with a DOCTYPE is refused: reports
 * have none, and entities declared in it can refer to files or expand without limit.
 *
 * @throws UnreadableReport when the document is malformed, is nested deeper than 20 levels, or exceeds the budget's
 * markup count, which includes every element, end tag, comment and section.
 */
export function readXml(source: string, budget: ReadingBudget): XmlElement {
  const root: XmlElement = newElement();
  const open: { name: string; element: XmlElement }[] = [{ name: "", element: root }];
  let at = 0;
  while (at < source.length) {
    const start = source.indexOf("<", at);
    const here = open.at(-1)?.element ?? root;
    addText(here, source.slice(at, start === -1 ? source.length : start));
    if (start === -1) {
      break;
    }
    if (budget.marks <= 0) {
      throw new UnreadableReport(because("report_elements"));
    }
    budget.marks -= 1;
    const skipped = skip(source, start, here);
    if (skipped !== undefined) {
      at = skipped;
      continue;
    }
    const end = endOf(source, ">", start);
    const tag = source.slice(start + 1, end);
    at = end + 1;
    if (tag.startsWith("/")) {
      close(open, tag.slice(1).trim());
      continue;
    }
    openElement(open, tag);
  }
  if (open.length !== 1) {
    throw new UnreadableReport(because("report_xml_ends"));
  }
  return root;
}

/** The end of the comment, declaration or CDATA section that starts here; undefined for a tag. */
function skip(source: string, start: number, here: XmlElement): number | undefined {
  if (source.startsWith("<!--", start)) {
    return endOf(source, "-->", start) + 3;
  }
  if (source.startsWith("<?", start)) {
    return endOf(source, "?>", start) + 2;
  }
  if (source.startsWith("<![CDATA[", start)) {
    const end = endOf(source, "]]>", start);
    here.text = (here.text + source.slice(start + 9, end)).slice(0, MAX_TEXT_CHARS);
    return end + 3;
  }
  if (source.startsWith("<!", start)) {
    throw new UnreadableReport(because("report_xml_doctype"));
  }
  return undefined;
}

function openElement(open: { name: string; element: XmlElement }[], tag: string): void {
  // Namespace prefixes are ignored: `ns:record` is a `record`.
  const name = /^(?:[\w.-]{1,60}:)?([\w.-]{1,60})(?=[\s/]|$)/.exec(tag)?.[1];
  if (name === undefined) {
    throw new UnreadableReport(because("report_xml_malformed"));
  }
  const element = newElement();
  const parent = open.at(-1)?.element;
  const siblings = parent?.children.get(name) ?? [];
  siblings.push(element);
  parent?.children.set(name, siblings);
  if (!tag.endsWith("/")) {
    open.push({ name, element });
    if (open.length > MAX_DEPTH) {
      throw new UnreadableReport(because("report_xml_deep"));
    }
  }
}

function close(open: { name: string; element: XmlElement }[], written: string): void {
  const name = written.slice(written.indexOf(":") + 1);
  if (open.length < 2 || open.at(-1)?.name !== name) {
    throw new UnreadableReport(because("report_xml_malformed"));
  }
  open.pop();
}

function addText(element: XmlElement, raw: string): void {
  if (element.text.length < MAX_TEXT_CHARS && raw.trim() !== "") {
    const text = raw
      .slice(0, MAX_TEXT_CHARS)
      .replace(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => ENTITIES[name] ?? "");
    element.text = (element.text + text).slice(0, MAX_TEXT_CHARS);
  }
}

function endOf(source: string, mark: string, from: number): number {
  const end = source.indexOf(mark, from);
  if (end === -1) {
    throw new UnreadableReport(because("report_xml_ends"));
  }
  return end;
}

const newElement = (): XmlElement => ({ children: new Map(), text: "" });

/** The first element at a path of names; undefined when there is none. */
export function elementAt(
  element: XmlElement | undefined,
  ...path: string[]
): XmlElement | undefined {
  let found = element;
  for (const name of path) {
    found = found?.children.get(name)?.[0];
  }
  return found;
}

/** The trimmed text at a path; empty when there is none. */
export function xmlText(element: XmlElement | undefined, ...path: string[]): string {
  return elementAt(element, ...path)?.text.trim() ?? "";
}
