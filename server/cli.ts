import { tmpdir } from "node:os";
import { parseArgs } from "node:util";
import packageJson from "../package.json" with { type: "json" };
import { doctor } from "./commands/doctor.ts";
import { health } from "./commands/health.ts";
import { resetPassword } from "./commands/reset-password.ts";
import { scrub } from "./commands/scrub.ts";
import type { Terminal } from "./commands/terminal.ts";
import { type Config, readConfig } from "./config.ts";
import { systemClock } from "./platform/clock.ts";
import { messageOf } from "./platform/errors.ts";
import { DataFolderInUseError } from "./platform/instance-lock.ts";

const USAGE = `SwiftMail ${packageJson.version}: email marketing that one person can run.

Usage: swiftmail [command]

  serve                            start the server (default)
  demo                             start with sample data in an empty folder
  doctor [--json]                  check everything SwiftMail depends on, and explain how to fix problems
  scrub                            remove deleted data from database files of older versions
  health                           check whether the server on this machine is running
  user reset-password <email>      print a one-time link for a new password; --stdin reads the password instead
  --help, --version

Environment:
  PORT             HTTP port (8080)
  DATA_DIR         folder for all data (./data)
  PUBLIC_URL       URL where readers reach this instance (default: the one from the setup)
  SMTP_IN_PORT     SMTP port for incoming mail (2525)
  MASTER_KEY_FILE  key that encrypts stored secrets (<DATA_DIR>/master.key)
  LOG_LEVEL        info, debug, warn, error … (info)
  CLUSTER          standalone or litefs (standalone)`;

/** The programs that the command line starts. main.ts provides the real ones. */
export type Programs = {
  /** Starts the server and resolves with the exit code when it has stopped. */
  serve(config: Config, terminal: Terminal): Promise<number>;
  demo(config: Config, terminal: Terminal): Promise<number>;
};

class UsageError extends Error {}

/**
 * Runs one command line.
 *
 * @param words The arguments without the program's own name.
 * @returns The exit code: 0 done, 1 failed, 2 not understood, 3 the data folder is in use by another process.
 */
export async function runCli(
  words: string[],
  terminal: Terminal,
  programs: Programs,
): Promise<number> {
  try {
    return await run(words, terminal, programs);
  } catch (error) {
    const message = sentenceOf(error);
    terminal.err(`swiftmail: ${message}`);
    if (error instanceof UsageError) {
      terminal.err("Try: swiftmail --help");
      return 2;
    }
    return error instanceof DataFolderInUseError ? 3 : 1;
  }
}

/** Describes an error for the terminal. */
function sentenceOf(error: unknown): string {
  const message = messageOf(error);
  // The binary unpacks SQLite's native addon into the folder for temporary files.
  return /\$bunfs.*\.node/.test(message)
    ? `the temporary folder ${tmpdir()} cannot be used. Set TMPDIR to a folder that this user can write to and execute from (${message})`
    : message;
}

function run(words: string[], terminal: Terminal, programs: Programs): Promise<number> | number {
  const { command, options } = understand(words);
  if (options.version) {
    terminal.out(packageJson.version);
    return 0;
  }
  if (options.help || command[0] === "help") {
    terminal.out(USAGE);
    return 0;
  }
  const config = readConfig(terminal.env);
  switch (command.slice(0, 2).join(" ")) {
    case "":
    case "serve":
      return programs.serve(config, terminal);
    case "demo":
      return programs.demo(config, terminal);
    case "doctor":
      return doctor(config, terminal, { json: options.json, now: Date.now() });
    case "scrub":
      return scrub(config, terminal);
    case "health":
      return health(config, terminal);
    case "user reset-password":
      return resetPassword(config, terminal, {
        email: only(command.slice(2), "an email address"),
        fromStdin: options.stdin,
        clock: systemClock,
      });
    default:
      throw new UsageError(`there is no command "${command.join(" ")}"`);
  }
}

function understand(words: string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h", default: false },
        version: { type: "boolean", short: "v", default: false },
        json: { type: "boolean", default: false },
        stdin: { type: "boolean", default: false },
      },
    });
    return { command: positionals, options: values };
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

function only(words: string[], what: string): string {
  const [word, ...more] = words;
  if (word === undefined || more.length > 0) {
    throw new UsageError(`this command takes only ${what}`);
  }
  return word;
}
