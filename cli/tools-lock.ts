import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseLock, TOOLS_LOCK, type ToolsLock, toolsLockSchema } from '../core/images/locks.ts'

/**
 * The tools that images of a checkout are made with.
 * @throws {InvalidInput} when the lock cannot be read
 */
export const toolsLock = (root: string): ToolsLock =>
  parseLock(toolsLockSchema, readFileSync(join(root, TOOLS_LOCK), 'utf8'), TOOLS_LOCK)
