import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Certificate = { key: string; cert: string };

/** A self-signed certificate made by openssl; valid for two days, or expired since yesterday. */
export function makeCertificate(
  options: { names?: string[]; expired?: boolean } = {},
): Certificate {
  const folder = mkdtempSync(join(tmpdir(), "swiftmail-cert-"));
  const [key, request, cert] = ["key", "csr", "crt"].map((end) => join(folder, end)) as [
    string,
    string,
    string,
  ];
  const names = (options.names ?? ["DNS:localhost", "IP:127.0.0.1"]).join(",");
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "pipe" });
  try {
    openssl(
      ...["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
      ...["-keyout", key, "-out", request, "-subj", "/CN=test server"],
      ...["-addext", `subjectAltName=${names}`],
    );
    const days = options.expired === true ? "-1" : "2";
    openssl(
      ...["x509", "-req", "-in", request, "-signkey", key, "-days", days],
      ...["-copy_extensions", "copyall", "-out", cert],
    );
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
