import { describe, expect, it } from '@jest/globals'
import { roomProblems, systemProblems } from '../../scripts/lib/preflight.mjs'

const GIB = 1024 ** 3
const good = { platform: 'linux', glibc: '2.36', node: '20.1.0' }
const room = { memory: 8 * GIB, disks: [{ folder: '/cache', free: 9 * GIB }], fresh: true }

describe('The preflight', () => {
  it('finds nothing wrong with a glibc Linux, Node 20, 4 GiB of memory and 3 GiB of disk', () => {
    expect(systemProblems(good)).toEqual([])
    expect(roomProblems({ ...room, memory: 4 * GIB, disks: [{ folder: '/c', free: 3 * GIB }] })).toEqual([])
  })

  it.each([
    [{ node: '18.19.0' }, 'Node 18.19.0 is too old'],
    [{ platform: 'darwin' }, 'macOS'],
    [{ platform: 'win32' }, 'WSL 2'],
    [{ platform: 'freebsd' }, 'freebsd is not supported'],
    [{ glibc: undefined }, 'no glibc'],
  ])('names %j', (change, words) => {
    expect(systemProblems({ ...good, ...change }).join()).toContain(words)
  })

  it('names every problem at once', () => {
    expect(systemProblems({ ...good, node: '18.0.0', glibc: undefined })).toHaveLength(2)
    expect(
      roomProblems({
        memory: GIB,
        disks: [
          { folder: '/a', free: GIB },
          { folder: '/b', free: 0 },
        ],
        fresh: true,
      }),
    ).toHaveLength(3)
  })

  it('requires less disk on a machine that is already set up', () => {
    expect(roomProblems({ ...room, disks: [{ folder: '/a', free: GIB }], fresh: false })).toEqual([])
  })
})
