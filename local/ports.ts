import { ServiceFailure } from '../core/base/errors.ts'
import { isFree } from '../scripts/lib/free-port.mjs'

/** Held by the gateway on `127.<octet>.0.2` while it runs: the claim on an address range. */
export const CLAIM_PORT = 4510

/** The address that represents a range such as `127.77.0.0/16`. */
export const claimAddress = (cidr: string): string => cidr.replace(/\.0\.0\/16$/, '.0.2')

/** The first free port of 127.0.0.1 from `wanted` on. Throws ServiceFailure after 100 taken ones. */
export async function freePort(wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + 100 && port < 65_536; port += 1) {
    if (await isFree('127.0.0.1', port)) return port
  }
  throw new ServiceFailure(`127.0.0.1: ports ${wanted} to ${wanted + 99} are all taken; free one of them`)
}

/**
 * An address range that no other local region holds: `wanted` if it is free. A region with saved state cannot
 * move, as its instances' addresses are part of it. Throws ServiceFailure when there is none.
 */
export async function freeRange(wanted: string, movable: boolean): Promise<string> {
  if (await isFree(claimAddress(wanted), CLAIM_PORT)) return wanted
  if (!movable) {
    const remedy =
      'stop that one (nanofleet local down), or remove the state of this one (nanofleet local reset)'
    throw new ServiceFailure(`${wanted}: another local region holds this region's addresses; ${remedy}`)
  }
  const first = Number(wanted.split('.')[1])
  for (let step = 1; step < 100; step += 1) {
    // 127.1 to 127.59 are left to others: systemd-resolved and distributions use low octets.
    const cidr = `127.${60 + ((first - 60 + step) % 190)}.0.0/16`
    if (await isFree(claimAddress(cidr), CLAIM_PORT)) return cidr
  }
  throw new ServiceFailure('127.0.0.0/8: no free address range for another local region; stop one of them')
}
