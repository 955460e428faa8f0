// What the signer pool and its threads say to each other.

/** To a thread: a key, once, before the first digest for it; or digests, 32 octets each, end to end. */
export type ToSigner =
  | { kind: "key"; keyId: string; privateKeyPem: string }
  | { kind: "sign"; batch: number; keyId: string; digests: Uint8Array };

/** From a thread: signatures end to end, in the order of the digests; or why there are none. */
export type FromSigner =
  | { kind: "signed"; batch: number; signatures: Uint8Array }
  | { kind: "failed"; batch: number; error: string };
