import { messageOf } from "../../platform/errors.ts";
import { type DigestSigner, openDigestSigner } from "./rsa.ts";
import type { FromSigner, ToSigner } from "./signer-messages.ts";

// A thread that only computes RSA signatures. Keys arrive by message and stay in memory; nothing is logged.

declare const self: Worker;

const DIGEST_BYTES = 32;
const signers = new Map<string, DigestSigner | Error>();

self.onmessage = ({ data }: MessageEvent<ToSigner>) => {
  if (data.kind === "key") {
    signers.set(data.keyId, openOrFail(data.privateKeyPem));
    return;
  }
  const answer = answerTo(data);
  self.postMessage(answer, answer.kind === "signed" ? [answer.signatures.buffer] : []);
};

// A bad key fails its own batches without ending the thread.
function openOrFail(privateKeyPem: string): DigestSigner | Error {
  try {
    return openDigestSigner(privateKeyPem);
  } catch {
    return new Error("the DKIM key cannot sign");
  }
}

function answerTo({ batch, keyId, digests }: Extract<ToSigner, { kind: "sign" }>): FromSigner {
  try {
    const signer = signers.get(keyId);
    if (signer === undefined || signer instanceof Error) {
      throw signer ?? new Error("the signer has no such key");
    }
    return { kind: "signed", batch, signatures: signAll(signer, digests) };
  } catch (error) {
    return { kind: "failed", batch, error: messageOf(error) };
  }
}

function signAll(signer: DigestSigner, digests: Uint8Array): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < digests.length; at += DIGEST_BYTES) {
    parts.push(signer.sign(digests.subarray(at, at + DIGEST_BYTES)));
  }
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const signatures = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    signatures.set(part, at);
    at += part.length;
  }
  return signatures;
}
