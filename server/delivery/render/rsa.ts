import { dlopen, FFIType, type Pointer, ptr } from "bun:ffi";
import { constants, createHash, createPrivateKey, privateEncrypt, sign } from "node:crypto";

// RSA signatures (PKCS #1 v1.5, SHA-256) of a digest, in two implementations. OpenSSL's assembly is about twice as fast
// as the BoringSSL in Bun. It is used where libcrypto 3 is installed, gives the same result, and is measurably faster.

/** Signs SHA-256 digests with one key. @throws Error rather than return an invalid signature. */
export type DigestSigner = { engine: "openssl" | "node"; sign(digest: Uint8Array): Uint8Array };

// RFC 8017 §9.2, note 1: the prefix of a SHA-256 digest in a PKCS #1 v1.5 signature.
const SHA256_PREFIX = Buffer.from("3031300d060960864801650304020105000420", "hex");
const RSA_PKCS1_PADDING = 1;
const LIBRARIES = ["libcrypto.so.3", "libcrypto.3.dylib"];

const symbols = {
  BIO_new_mem_buf: { args: [FFIType.ptr, FFIType.i32], returns: FFIType.ptr },
  BIO_free: { args: [FFIType.ptr], returns: FFIType.i32 },
  PEM_read_bio_PrivateKey: {
    args: [FFIType.ptr, FFIType.ptr, FFIType.ptr, FFIType.ptr],
    returns: FFIType.ptr,
  },
  EVP_PKEY_CTX_new: { args: [FFIType.ptr, FFIType.ptr], returns: FFIType.ptr },
  EVP_PKEY_sign_init: { args: [FFIType.ptr], returns: FFIType.i32 },
  EVP_PKEY_CTX_set_rsa_padding: { args: [FFIType.ptr, FFIType.i32], returns: FFIType.i32 },
  EVP_PKEY_CTX_set_signature_md: { args: [FFIType.ptr, FFIType.ptr], returns: FFIType.i32 },
  EVP_sha256: { args: [], returns: FFIType.ptr },
  EVP_PKEY_sign: {
    args: [FFIType.ptr, FFIType.ptr, FFIType.ptr, FFIType.ptr, FFIType.u64],
    returns: FFIType.i32,
  },
} as const;

type OpenSsl = ReturnType<typeof dlopen<typeof symbols>>["symbols"];

let openSsl: OpenSsl | undefined | null = null;

/** The fastest correct signer for a key. Takes a few ms, because it runs and compares both implementations. */
export function openDigestSigner(privateKeyPem: string): DigestSigner {
  const node = nodeSigner(privateKeyPem);
  const fast = openSslSigner(privateKeyPem);
  const text = Buffer.from("both ways must agree");
  const digest = createHash("sha256").update(text).digest();
  const expected = sign("sha256", text, createPrivateKey(privateKeyPem));
  if (!expected.equals(node.sign(digest))) {
    throw new Error("the RSA self-test failed");
  }
  if (fast === undefined || !expected.equals(fast.sign(digest))) {
    return node;
  }
  return timeOf(fast, digest) < timeOf(node, digest) ? fast : node;
}

function timeOf(signer: DigestSigner, digest: Uint8Array): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3; i++) {
    const start = Bun.nanoseconds();
    signer.sign(digest);
    best = Math.min(best, Bun.nanoseconds() - start);
  }
  return best;
}

/** Signs with Bun's own crypto library. */
export function nodeSigner(privateKeyPem: string): DigestSigner {
  const key = createPrivateKey(privateKeyPem);
  const options = { key, padding: constants.RSA_PKCS1_PADDING };
  return {
    engine: "node",
    sign: (digest) => privateEncrypt(options, Buffer.concat([SHA256_PREFIX, digest])),
  };
}

/** Signs with the system's OpenSSL 3; undefined when it is not installed or cannot read the key. */
export function openSslSigner(privateKeyPem: string): DigestSigner | undefined {
  const lib = loadOpenSsl();
  const context = lib && signContext(lib, privateKeyPem);
  if (lib === undefined || context === undefined) {
    return undefined;
  }
  const signature = Buffer.alloc(1024);
  const length = new BigUint64Array(1);
  return {
    engine: "openssl",
    sign(digest) {
      length[0] = BigInt(signature.length);
      if (digest.length !== 32 || lib.EVP_PKEY_sign(context, signature, length, digest, 32) !== 1) {
        throw new Error("OpenSSL did not sign");
      }
      return Uint8Array.prototype.slice.call(signature, 0, Number(length[0]));
    },
  };
}

function loadOpenSsl(): OpenSsl | undefined {
  if (openSsl === null) {
    openSsl = undefined;
    for (const library of LIBRARIES) {
      try {
        openSsl = dlopen(library, symbols).symbols;
        break;
      } catch {
        // Not installed, or a function is missing: Bun's implementation is used.
      }
    }
  }
  return openSsl;
}

function signContext(lib: OpenSsl, privateKeyPem: string): Pointer | undefined {
  const pem = Buffer.from(privateKeyPem);
  const bio = lib.BIO_new_mem_buf(ptr(pem), pem.length);
  if (bio === null) {
    return undefined;
  }
  const key = lib.PEM_read_bio_PrivateKey(bio, null, null, null);
  lib.BIO_free(bio);
  const context = key === null ? null : lib.EVP_PKEY_CTX_new(key, null);
  if (context === null || lib.EVP_PKEY_sign_init(context) !== 1) {
    return undefined;
  }
  const isReady =
    lib.EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) === 1 &&
    lib.EVP_PKEY_CTX_set_signature_md(context, lib.EVP_sha256()) === 1;
  return isReady ? (Number(context) as Pointer) : undefined;
}
