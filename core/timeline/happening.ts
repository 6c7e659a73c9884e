/** Something that happened on a stage, as one source tells it. */
export interface Happening {
  /** ISO time. */
  at: string
  source: (typeof SOURCES)[number]
  /** Empty when it concerns the whole app or the stage. */
  service: string
  /** Empty when it is about no single instance. */
  instance: string
  text: string
}

/** At the same moment, causes come before what follows from them. */
const SOURCES = ['workflow', 'group', 'consul', 'healing', 'alarm'] as const

/**
 * All of it in one line of time, the newest last and each once, in whichever order the sources were read.
 * Sources overlap where pages or looks do.
 */
export function inOrder(happenings: readonly Happening[]): Happening[] {
  const once = new Map(happenings.map((each) => [happeningKey(each), each]))
  return [...once.values()].sort(compare)
}

/** The same for the same happening only. */
export const happeningKey = (happening: Happening): string => JSON.stringify(fields(happening))

const fields = ({ at, source, service, instance, text }: Happening): (string | number)[] => [
  Date.parse(at),
  SOURCES.indexOf(source),
  service,
  instance,
  text,
]

/** By every field, so that only what is the same is equal. */
function compare(a: Happening, b: Happening): number {
  const theirs = fields(b)
  for (const [index, mine] of fields(a).entries()) {
    const other = theirs[index] as typeof mine
    if (mine !== other) return mine < other ? -1 : 1
  }
  return 0
}
