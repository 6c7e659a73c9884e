// @ts-check
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

/** Where our own Dockerfiles put what `compile` makes, and what it calls a program and a jar. */
const APP = '/app'
const PROGRAM = 'program'
const JAR = 'app.jar'

/**
 * Puts what was compiled where config.json says that it is: a Dockerfile of somebody else has a folder and a
 * name of its own for it. What our own Dockerfiles make stays in `/app`.
 * @param {import('./languages.mjs').Language | undefined} language
 * @param {Record<string, any>} config the service's config.json
 * @param {string} root the folder that is the image's `/`
 * @param {string} source the folder with the service's source
 */
export function place(language, { Program, Args = [], ManifestPassthrough = {} }, root, source) {
  const made = join(root, APP)
  const args = /** @type {string[]} */ (Args).map(String)
  const folder = absolute(ManifestPassthrough.cwd)
  if (language === 'go') placeProgram(made, String(Program ?? ''), folder, root, source)
  else if (language === 'java') placeJar(made, args, folder, root)
  else moveFolder(made, join(root, folderOf(args, folder, made)))
}

const absolute = (/** @type {unknown} */ path) =>
  typeof path === 'string' && path.startsWith('/') ? path : undefined

/**
 * A compiled program reads what lies beside it in its source by paths relative to where it starts.
 * @param {string} made @param {string} program @param {string | undefined} folder @param {string} root
 * @param {string} source
 */
function placeProgram(made, program, folder, root, source) {
  if (!program.startsWith('/') || program === `${APP}/${PROGRAM}`) return
  const target = join(root, program)
  const built = `${made}.${PROGRAM}`
  renameSync(join(made, PROGRAM), built)
  if (folder !== undefined && folder !== APP) {
    cpSync(source, join(root, folder), { recursive: true, filter: (path) => !/\.go$/.test(path) })
    moveFolder(made, join(root, folder))
  }
  if (existsSync(target) && statSync(target).isDirectory()) rmSync(target, { recursive: true })
  mkdirSync(dirname(target), { recursive: true })
  renameSync(built, target)
}

/** @param {string} made @param {string[]} args @param {string | undefined} folder @param {string} root */
function placeJar(made, args, folder, root) {
  const jar = args[args.indexOf('-jar') + 1]
  if (!args.includes('-jar') || jar === undefined || jar === `${APP}/${JAR}`) return
  const target = join(root, resolve(folder ?? '/', jar))
  moveFolder(made, dirname(target))
  if (basename(target) !== JAR) renameSync(join(dirname(target), JAR), target)
}

/**
 * The folder that scripts lie in: the one for which an absolute argument names a file of the source, else
 * the one that the program starts in.
 * @param {string[]} args @param {string | undefined} folder @param {string} made
 */
function folderOf(args, folder, made) {
  for (const arg of args.filter((each) => each.startsWith('/') && each !== '/')) {
    const parts = arg.split('/')
    for (let at = 1; at < parts.length; at++)
      if (existsSync(join(made, ...parts.slice(at)))) return parts.slice(0, at).join('/') || '/'
  }
  return folder ?? APP
}

/** @param {string} from @param {string} to may be below it, such as `/app/src` */
function moveFolder(from, to) {
  if (from === to || !existsSync(from)) return
  const away = `${from}.moving`
  renameSync(from, away)
  if (existsSync(to)) cpSync(away, to, { recursive: true, verbatimSymlinks: true })
  else {
    mkdirSync(dirname(to), { recursive: true })
    renameSync(away, to)
  }
  rmSync(away, { recursive: true, force: true })
}
