// Messages between the signer pool and its threads.

/** To a thread: a key, sent once before its first digest; or concatenated digests of 32 octets each. */
export type ToSigner =
  | { kind: "key"; keyId: string; privateKeyPem: string }
  | { kind: "sign"; batch: number; keyId: string; digests: Uint8Array };

/** From a thread: concatenated signatures in the order of the digests, or the error. */
export type FromSigner =
  | { kind: "signed"; batch: number; signatures: Uint8Array }
  | { kind: "failed"; batch: number; error: string };
