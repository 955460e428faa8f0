/** One block of `Name: value` lines: lower-case names, each with its values in order. Only the first value is used. */
export type FieldBlock = ReadonlyMap<string, string[]>;

const MAX_BLOCKS = 100;
const MAX_LINES = 5_000;
const MAX_VALUE_CHARS = 4_000;

/** Parses the blocks of a machine-readable part, which empty lines separate: RFC 3464 §2.1, RFC 5965 §3. */
export function readFieldBlocks(text: string): FieldBlock[] {
  const blocks: Map<string, string[]>[] = [];
  let block = new Map<string, string[]>();
  let last: string[] | undefined;
  const close = () => {
    if (block.size > 0) {
      blocks.push(block);
    }
    block = new Map();
    last = undefined;
  };
  for (const line of text.split(/\r?\n/, MAX_LINES)) {
    const colon = line.indexOf(":");
    if (line.trim() === "") {
      close();
    } else if (/^[ \t]/.test(line)) {
      append(last, line);
    } else if (colon > 0) {
      const name = line.slice(0, colon).trim().toLowerCase();
      last = block.get(name) ?? [];
      last.push(line.slice(colon + 1, colon + 1 + MAX_VALUE_CHARS).trim());
      block.set(name, last);
    }
    if (blocks.length >= MAX_BLOCKS) {
      break;
    }
  }
  close();
  return blocks;
}

function append(values: string[] | undefined, line: string): void {
  const value = values?.pop();
  if (values !== undefined && value !== undefined) {
    values.push(`${value} ${line.trim()}`.slice(0, MAX_VALUE_CHARS));
  }
}

/** The first value of a field; empty when it is missing. */
export function fieldOf(block: FieldBlock, name: string): string {
  return block.get(name)?.[0] ?? "";
}

const ADDRESS = /([^\s<>()[\]"',;:@]{1,64}@[^\s<>()[\]"',;:@]{1,253})/;

/** The address in `rfc822; <ann@example.org>` or in a line of text; empty when there is none. */
export function addressIn(value: string): string {
  return (
    ADDRESS.exec(value.slice(0, 1_000))?.[1]
      ?.toLowerCase()
      .replace(/[.>]+$/, "") ?? ""
  );
}
