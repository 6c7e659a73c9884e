import { existsSync, readFileSync } from 'node:fs'

const file = new URL('../../buildspecs/image.yml', import.meta.url)

/** The text of buildspecs/image.yml, which the CodeBuild project carries inline: it has no source of its own. */
export const image = () => (existsSync(file) ? readFileSync(file, 'utf8') : null)
