import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { repository } from './places.mjs'

/**
 * Which tests of real parts run one after the other, and which beside one another. A lane is one process,
 * with a local region of its own from the first file on that asks for one. `files` are parts of paths, in the
 * order in which they run; a file belongs to the lane that names most of its path. `stage`: its region has
 * the control plane from the start, and the lane ends with the end of a stage's life. `seconds`: about; the
 * longest lane starts first. `calm`: it looks at bounds of time and runs when the others are over.
 *
 * A stage costs a packaging, three builds and a teardown, about a minute of a core: few lanes have one.
 */
export const lanes = [
  {
    name: 'web',
    stage: true,
    seconds: 380,
    files: [
      '/e2e/whole-path.',
      '/e2e/page.',
      '/e2e/command-line.',
      '/e2e/bad-input.',
      '/e2e/foreign-events.',
      '/e2e/scaling.',
      '/e2e/drift.',
      '/workflows/',
      '/contracts/',
      '/checkout-orders.',
      '/iam/',
      '/e2e/',
    ],
  },
  {
    name: 'shops',
    stage: true,
    seconds: 440,
    files: ['/e2e/photos.', '/e2e/photos-chaos.', '/e2e/boutique.'],
  },
  {
    name: 'platform',
    stage: true,
    seconds: 360,
    files: ['/e2e/rotation.', '/e2e/platform.', '/e2e/healing.'],
  },
  { name: 'calm', calm: true, seconds: 170, files: ['/test/functions/', '/registration-cluster.'] },
  { name: 'services', seconds: 130, files: ['/test/apps/'] },
  { name: 'parts', seconds: 130, files: ['/'] },
]

/** Takes the apps down and looks whether the region is as it was before the first. */
const END = '/e2e/teardown.'

/** Every test of real parts, from the checkout's root on. */
export const realFiles = () =>
  readdirSync(join(repository, 'test'), { recursive: true })
    .filter((file) => file.endsWith('.real.ts'))
    .map((file) => join('test', file))

/** The lanes that some of these files belong to, with `own`: theirs in order. */
export function lanesOf(files) {
  const ends = files.filter(isEnd)
  return lanes
    .map((lane) => ({ ...lane, own: files.filter((file) => !isEnd(file) && laneOf(file) === lane) }))
    .filter(({ own }) => own.length > 0)
    .map((lane) => ({ ...lane, own: [...lane.own.sort(inOrder), ...(lane.stage ? ends : [])] }))
}

/** Compares two files by when they run in one region. */
export const inOrder = (one, other) => place(one) - place(other) || one.localeCompare(other)

/** The same for absolute paths. */
export const inOrderOfPaths = (one, other) => inOrder(relative(repository, one), relative(repository, other))

const parts = lanes.flatMap(({ files }) => files)
const isEnd = (file) => `/${file}`.includes(END)
const partOf = (file) =>
  parts
    .filter((part) => `/${file}`.includes(part))
    .reduce((longest, part) => (part.length > longest.length ? part : longest))
const laneOf = (file) => lanes.find(({ files }) => files.includes(partOf(file)))
const place = (file) => (isEnd(file) ? parts.length : parts.indexOf(partOf(file)))
