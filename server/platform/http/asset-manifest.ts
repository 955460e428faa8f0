/** A file of the built web UI, with the paths of its compressed variants where those are smaller. */
export type Asset = {
  type: string;
  /** Content hash, without quotes. */
  etag: string;
  /** True when the file name contains a content hash, so that caches never need to revalidate it. */
  immutable: boolean;
  path: string;
  br?: string;
  gzip?: string;
};

/** The built web UI by URL path, as scripts/build.ts writes it to assets.gen.ts; empty without a build. */
export type AssetManifest = Record<string, Asset>;
