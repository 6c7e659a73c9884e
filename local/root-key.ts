import { randomBytes, randomInt } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readJson } from './json-file.ts'

/** Root's key of one local region. Anyone who has it may do everything there, and run programs as you. */
export interface RootKey {
  accessKeyId: string
  secretAccessKey: string
}

/** What a program needs to use the region's private API. */
export interface PrivateApi {
  endpoint: string
  credentials: RootKey
}

/** Where the region and the gateway find the key; the region makes it too, with the same words. */
export const rootKeyFile = (state: string): string => join(state, 'root-key.json')

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The key in a region's state folder, which is made when it has none yet, for its owner's eyes only. */
export async function rootKey(state: string): Promise<RootKey> {
  const file = rootKeyFile(state)
  const known = await readJson<RootKey>(file)
  if (known) return known
  const id = Array.from({ length: 16 }, () => LETTERS[randomInt(LETTERS.length)]).join('')
  const made = { accessKeyId: `AKIA${id}`, secretAccessKey: randomBytes(30).toString('base64url') }
  await mkdir(state, { recursive: true, mode: 0o700 })
  await writeFile(`${file}.tmp`, `${JSON.stringify(made)}\n`, { mode: 0o600 })
  await rename(`${file}.tmp`, file)
  return made
}

/** Asks the private API; the answer's status is the caller's business. */
export function askPrivately(
  { endpoint, credentials }: PrivateApi,
  path: string,
  options: RequestInit = {},
): Promise<Response> {
  const headers = { ...keyHeader(credentials), ...(options.headers as Record<string, string> | undefined) }
  return fetch(`${endpoint}/_nanofleet/${path}`, { ...options, headers })
}

export const keyHeader = (key: RootKey | undefined): Record<string, string> =>
  key ? { 'x-nanofleet-key': key.secretAccessKey } : {}
