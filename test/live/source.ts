import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TypeRegistry } from '../../adapters/aws/type-registry.ts'
import { type PushedApp, pushApps } from '../../adapters/sources/push.ts'
import type { Context } from '../../cli/context.ts'
import { ROOT } from '../apps/apps.ts'

/** What the sources of apps consist of. */
const PARTS = ['images', 'apps', 'buildspecs', 'package.json', 'package-lock.json']

/**
 * Pushes an app from a copy of this checkout that `change` has modified; the checkout stays unchanged.
 * @param change gets the copy's folder
 */
export async function pushChanged(
  context: Context,
  app: string,
  change: (root: string) => Promise<void>,
): Promise<PushedApp[]> {
  const root = await mkdtemp(join(tmpdir(), 'changed-'))
  try {
    const filter = (path: string): boolean => !/\/(node_modules|\.nanofleet)(\/|$)/.test(path)
    for (const part of PARTS) await cp(join(ROOT, part), join(root, part), { recursive: true, filter })
    await change(root)
    const { bucket, stage } = context
    const schemas = new TypeRegistry(context.cloudFormation())
    return await pushApps({ root, apps: [app], bucket, s3: context.s3(), stage, schemas })
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

/** Pushes an app as it is in this checkout. */
export const pushOwn = (context: Context, app: string): Promise<PushedApp[]> =>
  pushApps({ root: ROOT, apps: [app], bucket: context.bucket, s3: context.s3(), stage: context.stage })

/** Replaces the first `old` in a file with `fresh`. @throws when the file does not contain it */
export async function edit(file: string, old: string, fresh: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  if (!text.includes(old)) throw new Error(`${file} does not contain ${JSON.stringify(old)}`)
  await writeFile(file, text.replace(old, fresh))
}
