import type { Sentences } from '../said.ts'
import type { MadeImage, Workload } from '../workload.ts'
import { hasModules } from './known-images.ts'

/** What a unikernel's Redis is started with; images/boutique/redis/Dockerfile has the reason for each. */
const ARGS = [
  ['--bind', '0.0.0.0'],
  ['--protected-mode', 'no'],
  ['--save ""'],
  ['--appendonly', 'no'],
  ['--maxmemory', '512mb'],
  ['--maxmemory-policy', 'volatile-ttl'],
  ['--ignore-warnings', 'ARM64-COW-BUG'],
]

const PROGRAM = '/usr/local/bin/redis-server'

/** Options that are taken over. */
const TAKEN = ['--requirepass', '--maxmemory-policy', '--databases', '--notify-keyspace-events']

/**
 * Redis without what forks, in the place of any image of it.
 * @param bases the pinned images for Redis and for what packs it
 */
export function redisImage(
  { image, entrypoint = [], command = [], ports, place }: Workload,
  bases: { redis: string; node: string },
  said: Sentences,
): MadeImage {
  const port = ports[0]?.port ?? 6379
  const given = options([...entrypoint, ...command])
  const own = given.filter(([name]) => TAKEN.includes(name))
  for (const [name] of given)
    if (!TAKEN.includes(name) && name !== '--port')
      said.left(
        `${place}: ${name}`,
        'Redis keeps nothing on disk here, as snapshots and logs fork',
        'leave it out',
      )
  said.inferred(
    place,
    `${image} becomes Redis 7.2 without snapshots and logs: what it holds ends with its instance`,
  )
  if (image !== undefined && hasModules(image))
    said.left(
      `${place}: image ${image}`,
      'its modules start other processes',
      'use Amazon MemoryDB if the app needs them',
    )
  const names = own.map(([name]) => name)
  const rest = ARGS.filter(([name]) => !names.includes(name ?? ''))
  return {
    dockerfile: `# Redis without what starts other processes: config.json turns off snapshots and logs.
FROM ${bases.redis} AS redis

FROM ${bases.node} AS build
WORKDIR /src
COPY . .
COPY --from=redis / /redis
RUN node buildspecs/program.mjs /usr/local/bin/redis-server /out --from /redis

FROM scratch
COPY --from=build /out/ /
CMD ["/usr/local/bin/redis-server"]
`,
    program: PROGRAM,
    args: ['--port', String(port), ...rest.flat(), ...own.flat()],
    env: new Map(),
    ports: [port],
    probe: { kind: 'tcp' },
    protocol: 'tcp',
  }
}

export const isRedisImage = ({ program }: MadeImage): boolean => program === PROGRAM

function options(words: readonly string[]): [name: string, ...values: string[]][] {
  const found: [string, ...string[]][] = []
  for (const word of words.filter((each) => !/^-[a-z]+$/.test(each)))
    if (word.startsWith('--')) found.push([word])
    else found.at(-1)?.push(word)
  return found
}
