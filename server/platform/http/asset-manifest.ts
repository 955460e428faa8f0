/** One file of the built web UI, with the paths of its compressed twins where those are smaller. */
export type Asset = {
  type: string;
  /** Content hash, without quotes. */
  etag: string;
  /** True when the name holds a content hash, so that a cache never has to ask again. */
  immutable: boolean;
  path: string;
  br?: string;
  gzip?: string;
};

/** The built web UI by URL path, as scripts/build.ts writes it into assets.gen.ts; empty without a build. */
export type AssetManifest = Record<string, Asset>;
