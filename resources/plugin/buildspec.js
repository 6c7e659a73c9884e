import { existsSync, readFileSync } from 'node:fs'

const file = new URL('../../buildspecs/image.yml', import.meta.url)

/**
 * The text of buildspecs/image.yml, which is inline in the CodeBuild project: the project has no source of
 * its own.
 */
export const image = () => (existsSync(file) ? readFileSync(file, 'utf8') : null)
