import type { AppBundle } from '../../core/base/bundle.ts'
import { InvalidInput } from '../../core/base/errors.ts'
import type { Manifest } from '../../core/base/manifest-types.ts'
import { tooLongNames } from '../../core/base/name-rules.ts'
import type { Stage } from '../../core/base/stage.ts'
import { didYouMean } from '../../core/base/suggest.ts'
import { WHOLE } from '../../core/base/whole-source.ts'
import { blindChecks } from '../../core/definition/blind-checks.ts'
import { parseDefinition } from '../../core/definition/definition.ts'
import { consulVersion } from '../../core/deploy/consul-step.ts'
import { unpinnedBases } from '../../core/manifest/base-images.ts'
import { secretLook } from '../../core/manifest/secret-looks.ts'
import {
  ignoreFiles,
  isLeftOut,
  isWanted,
  sourceFiles,
  sourceRoots,
} from '../../core/manifest/source-files.ts'
import { withoutDockerfile } from '../../core/manifest/upstream.ts'
import type { WrittenResources } from '../../core/template/app-resources.ts'
import { AppFiles, OWN } from './app-files.ts'
import { type ReadApp, readApps } from './read-apps.ts'
import type { RepositoryFiles } from './repository-files.ts'
import { type SourceArchive, sourceArchive } from './source-archive.ts'
import type { TrackedFiles } from './tracked-files.ts'

/** An app of a checkout, checked and archived: all that a push uploads. */
export interface LoadedApp {
  bundle: AppBundle
  archives: SourceArchive[]
  /** The file of its own resources. */
  written?: WrittenResources
  /** What somebody should look at before it is in an image, a sentence each. */
  warnings: string[]
}

/** The stage that apps are checked for. */
export interface ForStage {
  /** Its name, so that names too long for it are refused. */
  stage?: string | undefined
  /** What builds its images: `ops` builds a Dockerfile, which must be there then. */
  packager?: Stage['packager'] | undefined
}

/**
 * Reads and checks apps of a checkout. The others there are looked at for what clashes with them; their own
 * faults are warnings.
 * @param root the repository's folder
 * @param apps names of the apps to load; all below `images/` when absent
 * @throws {InvalidInput} with everything that is wrong with these apps
 */
export async function loadApps(
  root: string,
  apps?: readonly string[],
  stage?: string,
  packager?: Stage['packager'],
): Promise<LoadedApp[]> {
  const checked = await checkApps(root, apps, { stage, packager })
  if (checked.faults.length > 0) throw InvalidInput.all(checked.faults)
  return checked.loaded
}

/** Apps of a checkout, and all that is wrong with them. */
export interface CheckedApps {
  /** The names that were asked for. */
  apps: string[]
  loaded: LoadedApp[]
  faults: InvalidInput[]
}

/**
 * `loadApps` that tells all faults of all apps.
 * @param own Nanofleet's own files
 * @throws {InvalidInput} for an app that is not there
 */
export async function checkApps(
  root: string,
  apps: readonly string[] | undefined,
  target: ForStage,
  own = OWN,
): Promise<CheckedApps> {
  const files = await AppFiles.of(root, own)
  const present = await files.apps()
  for (const app of apps ?? []) if (!present.includes(app)) throw unknownApp(app, present, files.git)
  const wanted = present.filter((app) => apps === undefined || apps.includes(app))
  const others = present.filter((app) => !wanted.includes(app))
  const { read, faults, warnings } = await readApps(files, wanted, others)
  const loaded = await Promise.all(
    read.map(async (each) => {
      try {
        return [await loadApp(files, each, { ...target, warnings })]
      } catch (error) {
        if (!(error instanceof InvalidInput)) throw error
        faults.push(error)
        return []
      }
    }),
  )
  return { apps: wanted, loaded: loaded.flat(), faults }
}

async function loadApp(
  sources: AppFiles,
  { pieces, paths }: ReadApp,
  { stage, packager, warnings }: ForStage & { warnings: readonly string[] },
): Promise<LoadedApp> {
  const { manifest, resources, services, written } = pieces
  const ignores = await sources.read(ignoreFiles(manifest))
  const wanted = isWanted(manifest, ignores.texts)
  const files = await sources.read(sourceRoots(manifest), wanted)
  checkStage(manifest, stage)
  const unbuildable = withoutDockerfile(manifest, paths)
  if (packager === 'ops') refuseUnbuildable(unbuildable)
  const archived = Object.entries(services).map(([name, service]) => {
    checkSource(manifest, name, files)
    return { name, service, archive: sourceArchive(manifest, name, files) }
  })
  const bundled = archived.map(({ name, service, archive }) => [
    name,
    { ...service, source: archive.digest, ...consulIn(manifest, name, files) },
  ])
  return {
    bundle: { format: 1 as const, manifest, resources, services: Object.fromEntries(bundled) },
    archives: archived.map(({ archive }) => archive),
    ...(written && { written }),
    warnings: [
      ...pieces.warnings,
      ...warnings,
      ...looks(files),
      ...bases(files),
      ...blind(manifest.app, services),
      ...untrackedSources(manifest, sources.git, wanted),
      ...unbuildable.map((file) => `there is no ${file}; a stage on AWS builds the image from it`),
    ],
  }
}

function refuseUnbuildable(missing: readonly string[]): void {
  const remedy = 'write it; docs/manifest.md shows one'
  if (missing.length > 0)
    throw InvalidInput.all(
      missing.map((file) => new InvalidInput(file, 'is missing, and the image is built from it', remedy)),
    )
}

/** A deployment compares the version of Consul servers with the one that runs. */
function consulIn({ services }: Manifest, service: string, files: RepositoryFiles): { consul?: string } {
  const { kind, source } = services[service] ?? {}
  if (kind !== 'consulserver' || source === undefined) return {}
  const consul = consulVersion(files.below(source).get('go.mod') ?? '')
  return consul === undefined ? {} : { consul }
}

function unknownApp(app: string, present: readonly string[], git: TrackedFiles | undefined): InvalidInput {
  const folder = `images/${app}`
  const added = git?.untracked.some((path) => path.startsWith(`${folder}/`))
  if (!added) return new InvalidInput(folder, 'no such app', didYouMean(app, present))
  return new InvalidInput(folder, 'git does not track it', `git add ${folder}`)
}

function looks(files: RepositoryFiles): string[] {
  return [...files.texts].flatMap(([path, text]) => {
    const look = secretLook(path, text)
    return look ? [`${path} ${look}; a secret in an image is read by anyone who may read the image`] : []
  })
}

const bases = (files: RepositoryFiles): string[] =>
  [...files.texts].flatMap(([path, text]) => (path.endsWith('/Dockerfile') ? unpinnedBases(path, text) : []))

const blind = (app: string, services: Record<string, { definition: string | null }>): string[] =>
  Object.entries(services).flatMap(([name, { definition }]) => {
    const file = `images/${app}/${name}/consul.json`
    return definition === null ? [] : blindChecks(parseDefinition(definition, file), file)
  })

/** What somebody may have forgotten to add; tests and the like are no part of an image anyway. */
function untrackedSources(
  manifest: Manifest,
  git: TrackedFiles | undefined,
  wanted: (path: string) => boolean,
): string[] {
  const roots = sourceRoots(manifest)
  const isBelow = (path: string) =>
    roots.some((root) => root === WHOLE || path === root || path.startsWith(`${root}/`))
  return (git?.untracked ?? [])
    .filter((path) => !isLeftOut(path) && isBelow(path) && wanted(path))
    .map((path) => `${path} is left out, as git does not track it; git add it if it belongs to the app`)
}

function checkSource(manifest: Manifest, service: string, files: RepositoryFiles): void {
  const { source } = manifest.services[service] ?? {}
  const place = `images/${manifest.app}/app.yml: services.${service}`
  if (source === undefined) return
  if (sourceFiles(manifest, service, files.texts).length === 0) {
    const whole = source === WHOLE || files.below(source).size > 0
    throw whole
      ? new InvalidInput(`${place}.source`, 'every file is left out', 'correct ignore or .dockerignore')
      : new InvalidInput(`${place}.source`, `no folder ${source}`, 'correct the path')
  }
}

function checkStage({ app, services }: Manifest, stage: string | undefined): void {
  if (stage === undefined) return
  for (const service of Object.keys(services)) {
    const [long] = tooLongNames(stage, app, service)
    if (!long) continue
    const problem = `${long.kind} ${long.name} has ${long.name.length} characters, AWS allows ${long.limit}`
    throw new InvalidInput(`images/${app}/app.yml: services.${service}`, problem, 'shorten a name')
  }
}
