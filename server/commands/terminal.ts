/** The parts of the process that a command may use. */
export type Terminal = {
  env: Record<string, string | undefined>;
  /** Colours are off when the output is a file or pipe, or NO_COLOR is set. */
  colours: boolean;
  out(line: string): void;
  err(line: string): void;
  /** The first line of standard input; "" when there is none. */
  readLine(): Promise<string>;
};

/** The terminal of this process, with the environment it was started in. */
export function processTerminal(env: Terminal["env"]): Terminal {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // The reader, such as `head`, has closed the pipe. The command continues.
      if (error.code !== "EPIPE") {
        throw error;
      }
    });
  }
  return {
    env,
    colours: process.stdout.isTTY === true && !env["NO_COLOR"],
    out: (line) => process.stdout.write(`${line}\n`),
    err: (line) => process.stderr.write(`${line}\n`),
    async readLine() {
      for await (const line of console) {
        return line;
      }
      return "";
    },
  };
}
