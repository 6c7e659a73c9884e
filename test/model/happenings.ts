import fc from 'fast-check'

/**
 * One thing that happens. Numbers choose among what exists. The event of a change may be lost, act at once or
 * wait in the queue, once or twice; `deliver` chooses which of those are delivered when, together and in
 * which order. An `open` round stops before each of its calls, until `step` lets it continue or `cut` ends it
 * there. `overtake`: something happens in the middle of a round. `blind`: rounds to which EC2 does not show
 * some instances. `word`: a round that is told that a server does not answer its neighbours, which is true if
 * `silent`.
 */
export type Happening =
  | Launch
  | Move
  | { do: 'define'; service: number; form: Form }
  | {
      do: 'server'
      what: 'add' | 'kill' | 'gossip' | 'return' | 'lose' | 'lose all' | 'drain'
      which: number
    }
  | { do: 'deliver'; count: number; seed: number; open: boolean }
  | { do: 'reconcile'; open: boolean }
  | { do: 'overtake'; calls: number; meanwhile: Launch | Move; end: 'finish' | 'cut' | 'leave open' }
  | { do: 'step'; seed: number; times: number }
  | { do: 'cut'; which: number }
  | { do: 'checks' }
  | { do: 'wait'; seconds: number }
  | { do: 'lag'; seconds: number }
  | { do: 'fail'; what: Fault; skip: number; times: number; after: number; round: boolean }
  | { do: 'blind'; seed: number; after: number; rounds: number; apart: number }
  | { do: 'leader'; up: boolean }
  | { do: 'word'; which: number; silent: boolean; open: boolean }

export type Launch = { do: 'launch'; service: number; count: number; tagged: boolean; event: Arrival }
export type Move = { do: 'change'; which: number; to: Change; event: Arrival }
export type Arrival = 'lost' | 'once' | 'twice' | 'at once'
export type Change =
  | 'run'
  | 'stop'
  | 'restart'
  | 'terminate'
  | 'drain'
  | 'advise'
  | 'take'
  | 'untag'
  | 'tag'
  | 'retag'
  | 'forget'
export type Form = 'same' | 'port' | 'two services' | 'check' | 'no check' | 'broken' | 'removed'
/** What fails: a call to EC2 (any page of it), to the catalog by verb, to Parameter Store, to the table. */
export type Fault = 'ec2' | 'listing' | 'cluster' | 'health' | 'writes' | 'definitions' | 'held'

/** EC2's answers are at most this many seconds old in this model; less than a registration's probation. */
const LAG_SECONDS = 60

const one = <T extends string>(...values: T[]) => fc.constantFrom(...values)
const event = one<Arrival>('lost', 'once', 'once', 'twice', 'at once')
const open = fc.constantFrom(true, true, false)

const launch = fc.record({
  do: fc.constant('launch' as const),
  service: fc.nat(2),
  count: fc.integer({ min: 1, max: 6 }),
  tagged: fc.constantFrom(true, true, true, false),
  event,
})

const change = fc.record({
  do: fc.constant('change' as const),
  // Mostly the same few, so that a lot happens to each of them.
  which: fc.constantFrom(0, 0, 0, 1, 1, 2, 3, 5, 8, 13),
  to: one<Change>(
    'run',
    'run',
    'run',
    'stop',
    'restart',
    'terminate',
    'drain',
    'advise',
    'take',
    'untag',
    'tag',
    'retag',
    'forget',
  ),
  event,
})

const kinds: [number, fc.Arbitrary<Happening>][] = [
  [6, launch],
  [14, change],
  [
    6,
    fc.record({
      do: fc.constant('overtake' as const),
      calls: fc.nat(15),
      meanwhile: fc.oneof(launch, change),
      end: one('finish', 'finish', 'cut', 'leave open'),
    }),
  ],
  [
    2,
    fc.record({
      do: fc.constant('define' as const),
      service: fc.nat(2),
      form: one<Form>('same', 'port', 'two services', 'check', 'no check', 'broken', 'removed'),
    }),
  ],
  [
    7,
    fc.record({
      do: fc.constant('server' as const),
      what: one('add', 'add', 'add', 'kill', 'kill', 'gossip', 'return', 'lose', 'lose all', 'drain'),
      which: fc.nat(4),
    }),
  ],
  [
    10,
    fc.record({
      do: fc.constant('deliver' as const),
      count: fc.integer({ min: 1, max: 6 }),
      seed: fc.nat(99),
      open,
    }),
  ],
  [8, fc.record({ do: fc.constant('reconcile' as const), open })],
  [
    14,
    fc.record({ do: fc.constant('step' as const), seed: fc.nat(99), times: fc.integer({ min: 1, max: 12 }) }),
  ],
  [2, fc.record({ do: fc.constant('cut' as const), which: fc.nat(3) })],
  [4, fc.constant<Happening>({ do: 'checks' })],
  [4, fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(5, 35, 90, 400) })],
  [1, fc.record({ do: fc.constant('lag' as const), seconds: fc.constantFrom(0, 10, LAG_SECONDS) })],
  [
    5,
    fc.record({
      do: fc.constant('fail' as const),
      what: one<Fault>('ec2', 'ec2', 'listing', 'cluster', 'health', 'writes', 'definitions', 'held'),
      skip: fc.nat(2),
      times: fc.integer({ min: 1, max: 6 }),
      after: fc.constantFrom(0, 400),
      round: fc.boolean(),
    }),
  ],
  [
    4,
    fc.record({
      do: fc.constant('blind' as const),
      seed: fc.nat(99),
      after: fc.constantFrom(0, 400, 400),
      rounds: fc.integer({ min: 1, max: 2 }),
      apart: fc.constantFrom(5, 35),
    }),
  ],
  [1, fc.record({ do: fc.constant('leader' as const), up: fc.boolean() })],
  [
    5,
    fc.record({
      do: fc.constant('word' as const),
      which: fc.nat(4),
      silent: fc.constantFrom(true, true, false),
      open,
    }),
  ],
]

export const histories = fc.array(fc.oneof(...kinds.map(([weight, arbitrary]) => ({ weight, arbitrary }))), {
  maxLength: 40,
  size: 'max',
})
