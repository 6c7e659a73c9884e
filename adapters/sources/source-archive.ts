import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { sha256 } from '../../core/base/canonical.ts'
import type { Manifest } from '../../core/base/manifest-types.ts'
import { archivedAs, imageFiles } from '../../core/manifest/source-files.ts'
import type { RepositoryFiles } from './repository-files.ts'
import { type TarEntry, tar } from './tar.ts'

export interface SourceArchive {
  /** SHA-256 of the tar inside; the compression may differ between versions of zlib. */
  digest: string
  /** What is in it, by path in the repository: a digest of each file's content and mode. */
  files(): Map<string, string>
  /**
   * Gzips the tar, whose paths are relative to the repository; called only for sources that are not stored
   * yet.
   */
  pack(): Promise<Buffer>
}

const compress = promisify(gzip)

/**
 * The archive of everything that one service's image is made from. Equal files give an equal digest
 * everywhere.
 */
export function sourceArchive(manifest: Manifest, service: string, files: RepositoryFiles): SourceArchive {
  const paths = imageFiles(manifest, service, files.texts)
  const entries = paths
    .flatMap((path) =>
      archivedAs(manifest, service, path).map((place) => ({ ...files.entry(path), path: place })),
    )
    .sort((a, b) => (a.path < b.path ? -1 : 1))
  const content = tar(entries)
  return {
    digest: sha256(content),
    files: () => new Map(paths.map((path) => [path, entryDigest(files.entry(path))])),
    pack: () => compress(content, { level: 9 }),
  }
}

/** Equal content and mode, equal digest. */
export const entryDigest = ({ content, executable }: TarEntry): string =>
  `${executable ? 'x' : '-'}${sha256(content)}`
