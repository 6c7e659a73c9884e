import { gzipSync } from 'node:zlib'
import { sha256 } from '../../core/base/canonical.ts'
import type { Manifest } from '../../core/base/manifest-types.ts'
import { imageFiles } from '../../core/manifest/source-files.ts'
import type { RepositoryFiles } from './repository-files.ts'
import { tar } from './tar.ts'

export interface SourceArchive {
  /** SHA-256 of the tar inside; the compression may differ between versions of zlib. */
  digest: string
  /** Gzip of the tar, paths relative to the repository. */
  archive: Buffer
}

/**
 * The archive of everything that one service's image is made from. Equal files give an equal digest
 * everywhere.
 */
export function sourceArchive(manifest: Manifest, service: string, files: RepositoryFiles): SourceArchive {
  const entries = imageFiles(manifest, service, files.texts).map((path) => files.entry(path))
  const content = tar(entries)
  return { digest: sha256(content), archive: gzipSync(content, { level: 9 }) }
}
