import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { repository } from './places.mjs'

/**
 * Which tests of real parts run one after the other, and which at the same time. A lane is one process, with
 * its own local region from the first file that asks for one. `files` are parts of paths, in the order in
 * which they run; a file belongs to the lane that names the longest part of its path. `stage`: its region has
 * the control plane from the start, and the lane ends by tearing the stage down. `seconds`: roughly; the
 * longest lane starts first. `calm`: it checks time limits and runs when the others are done. `env`:
 * settings of its region.
 *
 * A stage costs a packaging, three builds and a teardown, about a minute of one core, so few lanes have one.
 */
export const lanes = [
  {
    name: 'web',
    stage: true,
    seconds: 1100,
    files: [
      '/e2e/whole-path.',
      '/e2e/page.',
      '/e2e/command-line.',
      '/e2e/bad-input.',
      '/e2e/foreign-events.',
      '/e2e/scaling.',
      '/e2e/verbs.',
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
    seconds: 690,
    files: ['/e2e/photos.', '/e2e/photos-chaos.', '/e2e/hung-shop.', '/e2e/proxy.', '/e2e/boutique.'],
  },
  {
    name: 'platform',
    stage: true,
    seconds: 360,
    files: [
      '/e2e/rotation.',
      '/e2e/platform.',
      '/e2e/healing.',
      '/e2e/hanging.',
      '/e2e/truth.',
      '/e2e/needs.',
    ],
  },
  {
    // As slow as AWS, 25 times faster: a boot of 40 s, an NLB that registers for 200 s and goes on sending to
    // what has left for 120 s.
    name: 'slow',
    stage: true,
    seconds: 300,
    files: ['/e2e/slow-aws.'],
    env: {
      NANOFLEET_BOOT_SECONDS: '1.6',
      NANOFLEET_LAG_SECONDS: '1',
      NANOFLEET_NLB_REGISTER_SECONDS: '8',
      NANOFLEET_NLB_STALE_SECONDS: '5',
      NANOFLEET_SERVER_DRAIN_SECONDS: '6',
    },
  },
  // Another partition, and a region with two zones, of letters that do not follow each other.
  {
    name: 'elsewhere',
    stage: true,
    seconds: 500,
    files: ['/e2e/elsewhere.', '/e2e/kafka.', '/e2e/events.', '/e2e/events-kills.', '/e2e/jobs.'],
    env: {
      NANOFLEET_REGION: 'cn-north-1',
      NANOFLEET_ZONES: 'a,c',
      // One broker takes a third of the memory of three; test/local/region/kafka/ starts more.
      NANOFLEET_KAFKA_BROKERS: '1',
    },
  },
  // Has regions of its own, with the package in folders outside the checkout.
  { name: 'package', seconds: 200, files: ['/e2e/own-repository.'] },
  { name: 'calm', calm: true, seconds: 170, files: ['/test/functions/', '/registration-cluster.'] },
  { name: 'services', seconds: 130, files: ['/test/apps/'] },
  { name: 'parts', seconds: 130, files: ['/'] },
]

/** Tears the apps down and checks that the region is as it was before the first one. */
const END = '/e2e/teardown.'

/** Every test of real parts, by its path in the checkout. */
export const realFiles = () =>
  readdirSync(join(repository, 'test'), { recursive: true })
    .filter((file) => file.endsWith('.real.ts'))
    .map((file) => join('test', file))

/** The lanes that these files belong to; `own` are each lane's files in order. */
export function lanesOf(files) {
  const ends = files.filter(isEnd)
  return lanes
    .map((lane) => ({ ...lane, own: files.filter((file) => !isEnd(file) && laneOf(file) === lane) }))
    .filter(({ own }) => own.length > 0)
    .map((lane) => ({ ...lane, own: [...lane.own.sort(inOrder), ...(lane.stage ? ends : [])] }))
}

/** Compares two files by their order in one region. */
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
