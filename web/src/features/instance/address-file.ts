const ADDRESS = /[^\s,;"'<>|]+@[^\s,;"'<>|]+/;

/** The addresses of a file: the first of each line, whatever its columns are, each once. */
export function addressesOf(text: string): string[] {
  const found = text.split(/\r\n|\n|\r/).flatMap((line) => ADDRESS.exec(line)?.[0] ?? []);
  return [...new Set(found.map((address) => address.toLowerCase()))];
}
