const ADDRESS = /[^\s,;"'<>|]+@[^\s,;"'<>|]+/;

/** The addresses in a file: the first of each line, whatever its columns, without duplicates. */
export function addressesOf(text: string): string[] {
  const found = text.split(/\r\n|\n|\r/).flatMap((line) => ADDRESS.exec(line)?.[0] ?? []);
  return [...new Set(found.map((address) => address.toLowerCase()))];
}
