import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subprocess } from "bun";
import { freePort } from "./free-port.ts";

export type Postfix = {
  port: number;
  username: string;
  password: string;
  /** PEM of the certificate it presents, for name `localhost`. */
  certificate: string;
  /** Every message it has accepted and delivered so far, raw. */
  delivered(): string[];
  /** Waits until its queue is empty. @throws Error after `timeoutMs`. */
  settle(timeoutMs?: number): Promise<void>;
  stop(): void;
};

/**
 * Starts a real Postfix on a free loopback port, with its own configuration, queue and users: STARTTLS with a
 * certificate for `localhost`, AUTH (PLAIN, LOGIN) only after that, and relaying only for authenticated clients. All
 * accepted mail is delivered to one maildir. `settings` adds or replaces lines of main.cf.
 */
export async function startPostfix(settings: Record<string, string> = {}): Promise<Postfix> {
  const home = mkdtempSync(join(tmpdir(), "swiftmail-postfix-"));
  chmodSync(home, 0o755);
  const port = await freePort();
  const username = "mailer@relay.test";
  const password = `pw-${crypto.randomUUID()}`;
  writeCertificate(home);
  writeConfiguration(home, port, settings);
  const users = startUsers(home, username, password);
  run(["postfix", "-c", `${home}/etc`, "start"]);
  await untilListening(port);
  return {
    port,
    username,
    password,
    certificate: readFileSync(`${home}/cert.pem`, "utf8"),
    delivered: () =>
      readdirSync(`${home}/mail/all/new`, { withFileTypes: true }).map((file) =>
        readFileSync(join(`${home}/mail/all/new`, file.name), "latin1"),
      ),
    async settle(timeoutMs = 30_000) {
      const until = Date.now() + timeoutMs;
      while (run(["postqueue", "-c", `${home}/etc`, "-j"]).trim() !== "") {
        if (Date.now() > until) {
          throw new Error("Postfix still has mail in its queue");
        }
        await Bun.sleep(100);
      }
    },
    stop() {
      Bun.spawnSync(["postfix", "-c", `${home}/etc`, "abort"]);
      users.kill();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function writeCertificate(home: string): void {
  run([
    ..."openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost".split(" "),
    ...["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
    ...["-keyout", `${home}/key.pem`, "-out", `${home}/cert.pem`],
  ]);
}

/** Dovecot handles Postfix's AUTH requests: the combination most administrators run. */
function startUsers(home: string, username: string, password: string): Subprocess {
  mkdirSync(`${home}/users`);
  writeFileSync(`${home}/users/passwd`, `${username}:{PLAIN}${password}\n`, { mode: 0o644 });
  writeFileSync(
    `${home}/users/dovecot.conf`,
    `base_dir = ${home}/users/run
state_dir = ${home}/users/state
log_path = ${home}/users/log
protocols =
ssl = no
auth_mechanisms = plain login
passdb {
  driver = passwd-file
  args = ${home}/users/passwd
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=/nonexistent
}
service auth {
  unix_listener ${home}/users/auth {
    mode = 0666
  }
}
`,
  );
  return Bun.spawn(["dovecot", "-F", "-c", `${home}/users/dovecot.conf`], {
    stdio: ["ignore", "ignore", "ignore"],
  });
}

function writeConfiguration(home: string, port: number, settings: Record<string, string>): void {
  for (const folder of ["etc", "queue", "data", "mail/all/new", "mail/all/cur", "mail/all/tmp"]) {
    mkdirSync(`${home}/${folder}`, { recursive: true });
  }
  run(["chown", "-R", "postfix", `${home}/data`]);
  run(["chown", "-R", "nobody", `${home}/mail`]);
  const uid = run(["id", "-u", "nobody"]).trim();
  const main: Record<string, string> = {
    compatibility_level: "3.6",
    queue_directory: `${home}/queue`,
    data_directory: `${home}/data`,
    maillog_file: `${home}/maillog`,
    maillog_file_prefixes: tmpdir(),
    multi_instance_enable: "no",
    syslog_name: "postfix-test",
    alternate_config_directories: `${home}/etc`,
    inet_interfaces: "127.0.0.1",
    inet_protocols: "ipv4",
    myhostname: "relay.test",
    mydestination: "",
    alias_maps: "",
    local_recipient_maps: "",
    virtual_mailbox_domains: "static:all",
    virtual_mailbox_maps: "static:all/",
    virtual_mailbox_base: `${home}/mail`,
    virtual_uid_maps: `static:${uid}`,
    virtual_gid_maps: `static:${uid}`,
    smtpd_tls_security_level: "may",
    smtpd_tls_cert_file: `${home}/cert.pem`,
    smtpd_tls_key_file: `${home}/key.pem`,
    smtpd_tls_auth_only: "yes",
    smtpd_sasl_auth_enable: "yes",
    smtpd_sasl_type: "dovecot",
    smtpd_sasl_path: `${home}/users/auth`,
    smtpd_relay_restrictions: "permit_sasl_authenticated, reject",
    smtpd_recipient_restrictions: "reject_unauth_pipelining, permit",
    smtpd_forbid_bare_newline: "yes",
    smtputf8_enable: "yes",
    mynetworks: "127.0.0.2/32",
    message_size_limit: "10485760",
    ...settings,
  };
  writeFileSync(
    `${home}/etc/main.cf`,
    `${Object.entries(main)
      .map(([key, value]) => `${key} = ${value}`)
      .join("\n")}\n`,
  );
  const services = `127.0.0.1:${port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;
  writeFileSync(`${home}/etc/master.cf`, services);
}

function run(command: string[]): string {
  const done = Bun.spawnSync(command);
  if (done.exitCode !== 0) {
    throw new Error(`${command.join(" ")}: ${done.stderr.toString()}${done.stdout.toString()}`);
  }
  return done.stdout.toString();
}

async function untilListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } });
      socket.end();
      return;
    } catch {
      await Bun.sleep(100);
    }
  }
  throw new Error("Postfix did not start listening within 10 s");
}
