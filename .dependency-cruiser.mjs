/**
 * Who may import whom. Each room has one sentence and the rooms that it may reach; everything else is
 * refused. `npm run check` enforces it, `npm run docs:rooms` draws it, test/scripts/rooms.test.ts breaks each
 * rule once.
 */

/** @typedef {{room: string, floor: number, may: string[], packages?: string[], sentence: string}} Room */

/**
 * The rooms of `core/`, lowest floor first. They reach no package but these, so that a decision is plain
 * data.
 */
const DECIDING = ['zod', 'yaml', 'p-limit', 'node:crypto']
const core = [
  room('core/base', 0, [], 'Words, names and small tools that every room uses; it imports no other room.'),
  room(
    'core/definition',
    1,
    ['core/base'],
    'What a Consul definition may say; it knows no app and no stack.',
  ),
  room(
    'core/manifest',
    1,
    ['core/base'],
    "What an app's manifest may say; it knows no definition and no stack.",
  ),
  room(
    'core/timeline',
    1,
    ['core/base'],
    'Tells what happened on a stage, from several sources, in one line of time.',
  ),
  room(
    'core/proxy',
    1,
    ['core/base'],
    "Says how a private service is reached from a person's machine; it knows no template and no deployment.",
  ),
  room('core/prices', 0, [], 'What AWS asks for things, with its source; it knows no app.'),
  room(
    'core/template',
    2,
    ['core/base', 'core/definition', 'core/manifest'],
    'Turns an app into CloudFormation templates; it knows neither deployments nor the fleet.',
  ),
  room(
    'core/registration',
    2,
    ['core/base', 'core/definition'],
    'Compares EC2 with Consul and says what to write; it knows neither apps nor deployments.',
  ),
  room(
    'core/moving-in',
    1,
    ['core/base'],
    'Turns what other tools read into the files of an app; it knows no stage and no deployment.',
  ),
  room(
    'core/images',
    2,
    ['core/base', 'core/manifest'],
    'Decides which images are built and which are removed; it knows neither templates nor deployments.',
  ),
  room(
    'core/proof',
    3,
    ['core/base', 'core/definition', 'core/manifest', 'core/template'],
    'Proves on compiled templates that every needed network path exists.',
  ),
  room(
    'core/kafka',
    4,
    ['core/base', 'core/secrets'],
    'Decides which topics and rights a Kafka cluster lacks; it knows neither stacks nor deployments.',
  ),
  room(
    'core/secrets',
    3,
    ['core/base', 'core/registration'],
    'Makes and rotates the secrets of the Consul servers.',
  ),
  room(
    'core/healing',
    3,
    ['core/base', 'core/definition', 'core/registration'],
    'Decides which instances have failed their check for too long; it knows neither apps nor deployments.',
  ),
  room(
    'core/jobs',
    2,
    ['core/base', 'core/manifest'],
    'Decides what a one-off task is told, and when it is over; it knows neither deployments nor the catalog.',
  ),
  room(
    'core/deploy',
    4,
    [
      'core/base',
      'core/definition',
      'core/manifest',
      'core/prices',
      'core/proof',
      'core/registration',
      'core/template',
    ],
    'Plans and carries out deployments, scaling and teardown; it knows no HTTP and no file of a person.',
  ),
  room(
    'core/spec',
    5,
    [
      'core/base',
      'core/definition',
      'core/manifest',
      'core/images',
      'core/registration',
      'core/template',
      'core/deploy',
    ],
    'Takes a whole app in one document, from a file or over HTTP; no other room of core/ imports it.',
  ),
]

const others = [
  room('adapters/aws', 6, ['core'], 'One file per AWS service; it knows core/ and its SDK.'),
  room('adapters/images', 7, ['core', 'adapters/aws'], 'Images and what refers to them, as AWS shows it.'),
  room('adapters/consul', 7, ['core', 'adapters/aws'], 'Speaks to Consul, directly or through the door.'),
  room('adapters/kafka', 7, ['core'], "Speaks to the brokers of an app's Kafka cluster."),
  room('adapters/proxy', 7, ['core'], "Takes a person's request to an instance and brings the answer back."),
  room('adapters/sources', 7, ['core', 'adapters/aws'], 'Reads, makes and pushes the files of a checkout.'),
  room('adapters', 7, ['core'], "Reads a function's configuration, once.", { own: '^adapters/[^/]+$' }),
  room('functions', 8, ['core', 'adapters'], 'Wires core/ and adapters/ into Lambdas, nothing else.'),
  room('local', 6, ['core/base', 'scripts/lib'], 'Starts and stops the local region.', {
    own: '^local/[^/]+$',
    data: true,
  }),
  room('local/gateway', 7, ['core/base', 'local'], 'Plays the load balancers in the local region.'),
  room(
    'local/tools',
    6,
    ['core/base', 'core/secrets', 'buildspecs'],
    'What the local region starts for itself: fetches Kafka, signs certificates.',
  ),
  room('local/preload', 0, [], "Runs inside an instance's own Node and finds no package there.", {
    packages: [],
  }),
  room('cli', 8, ['core', 'adapters', 'local'], 'Reaches AWS through adapters/ only.', {
    packages: ['commander'],
    data: true,
  }),
  room('apps/lib', 0, [], 'What our example services share; it knows nothing of the control plane.'),
  room('apps/boutique', 1, ['apps/lib'], 'A user of the control plane; imports nothing of it.'),
  room('apps/events', 1, ['apps/lib'], 'A user of the control plane; imports nothing of it.'),
  room('apps/photos', 1, ['apps/lib'], 'A user of the control plane; imports nothing of it.'),
  room('apps/web', 1, ['apps/lib'], 'A user of the control plane; imports nothing of it.'),
  room('buildspecs', 0, [], 'Runs in CodeBuild before any package is installed.', { packages: [] }),
  room('resources', 8, ['core', 'adapters', 'buildspecs'], 'Plugs our packaging into the framework.'),
  room('scripts/lib', 0, [], 'Runs on a bare machine, before any package is installed.', { packages: [] }),
  room(
    'test/support',
    8,
    ['core', 'adapters', 'apps', 'scripts'],
    'Fakes and sample data; nothing that runs.',
  ),
]

/** @returns {Room} */
function room(name, floor, may, sentence, more = {}) {
  return {
    room: name,
    floor,
    may,
    sentence,
    ...(name.startsWith('core/') && { packages: DECIDING }),
    ...more,
  }
}

/** Every room with its floor: a room imports lower floors only, which test/scripts/rooms.test.ts proves. */
export const ROOMS = [...core, ...others]

/** Built-in modules and packages as their resolved names begin. */
const packageNamed = (name) =>
  name.startsWith('node:') ? `^${name.slice('node:'.length)}$` : `(^|^node_modules/)${name}(/|$)`

/** Without a list, a room may use any package and any built-in module. */
const outside = ({ packages, room: name }) => {
  if (packages === undefined) return { dependencyTypesNot: ['core', 'npm', 'npm-dev', 'npm-no-pkg'] }
  return name.startsWith('core/') ? {} : { dependencyTypesNot: ['core'] }
}

const forbidden = ROOMS.map((each) => {
  const own = each.own ?? `^${each.room}/`
  const allowed = [own, ...each.may.map((name) => `^${name}/`), ...(each.packages ?? []).map(packageNamed)]
  if (each.data) allowed.push('^package[.]json$')
  return {
    name: each.room,
    comment: each.sentence,
    severity: 'error',
    from: { path: own },
    to: { pathNot: allowed, ...outside(each) },
  }
})

forbidden.push(
  {
    name: 'no-circle',
    comment: 'Two files that import each other are one idea in two places.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-tests-in-the-product',
    comment: 'What ships does not lean on what tests it.',
    severity: 'error',
    from: { pathNot: '^test/' },
    to: { path: '^test/' },
  },
)

/**
 * Tests use `using`, which the parser does not know; what they import is what the rules of the rooms are
 * about.
 */
const TESTS = '\\.(test|real)\\.ts$'

export default {
  forbidden,
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
    exclude: { path: [TESTS] },
  },
}
