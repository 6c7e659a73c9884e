import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cache, emulator, ownGo, programs, repository, schemas, versions } from './places.mjs'

/** What compiling Consul depends on. */
const CONSUL = ['apps/platform/consul/go.mod', 'apps/platform/consul/go.sum', 'buildspecs/compile.mjs']

/** The stamps that the steps of set-up leave, and what is in one that is done. */
export const stamps = {
  emulator: () => ({ stamp: join(emulator, '.nanofleet'), key: versions.ministack }),
  schemas: () => ({ stamp: join(schemas, '.nanofleet'), key: versions['cfn-lint'] }),
  consul: () => ({ stamp: join(cache, 'consul.stamp'), key: digest(CONSUL) }),
}

/** Whether the local region has all that it needs, the npm packages apart. */
export const isSetUp = () =>
  Object.values(stamps).every((each) => isDone(each())) &&
  existsSync(ownGo) &&
  existsSync(join(programs, 'redis-server'))

/** Whether a step's stamp says that its work was done. @param {{stamp: string, key: string}} step */
export const isDone = ({ stamp, key }) => existsSync(stamp) && readFileSync(stamp, 'utf8').trim() === key

/** @param {readonly string[]} files */
export function digest(files) {
  const hash = createHash('sha256')
  for (const file of files)
    hash.update(existsSync(join(repository, file)) ? readFileSync(join(repository, file)) : '')
  return hash.digest('hex').slice(0, 16)
}
