import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseLock, TOOLS_LOCK, type ToolsLock, toolsLockSchema } from '../core/images/locks.ts'

/**
 * The tools that images of a repository are made with.
 * @param own Nanofleet's own files, whose lock counts where the repository has none
 * @throws {InvalidInput} when the lock cannot be read
 */
export const toolsLock = (root: string, own = root): ToolsLock =>
  parseLock(toolsLockSchema, lockOf(root, own, TOOLS_LOCK), TOOLS_LOCK)

/** The text of a lock: the repository's, else Nanofleet's own. */
export const lockOf = (root: string, own: string, file: string): string =>
  readFileSync(join(existsSync(join(root, file)) ? root : own, file), 'utf8')
