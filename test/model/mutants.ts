/** A plausible mistake: one change in one file. */
export interface Mutant {
  name: string
  file: string
  from: string
  to: string
}

/**
 * Mistakes in the registration code: some that similar projects made (with their issues), and obvious ones.
 */
export const MUTANTS: Mutant[] = [
  {
    name: 'ends the list at an empty page',
    file: 'adapters/aws/ec2-instances.ts',
    from: 'token = next',
    to: 'token = instances.length > 0 ? next : undefined',
  },
  {
    // hashicorp/consul-aws: one failed call is taken for "no nodes".
    name: 'treats a failed page as an empty one',
    file: 'adapters/aws/ec2-instances.ts',
    from: 'throw new ServiceFailure(`EC2 does not list the instances',
    to: 'return { instances: [], next: undefined }; throw new ServiceFailure(`',
  },
  {
    name: 'does not ask again about instances that the list does not show',
    file: 'core/registration/gather.ts',
    from: 'if (absent.size > 0) evidence.confirmed.push(...(await sources.instances.confirm([...absent])))',
    to: '',
  },
  {
    name: 'forgets the instances that it found on the second look',
    file: 'core/registration/evidence.ts',
    from: '[...wanted.instances, ...wanted.confirmed]',
    to: 'wanted.instances',
  },
  {
    name: 'ignores the probation',
    file: 'core/registration/difference.ts',
    from: "age < PROBATION_SECONDS * 1000 ? 'keep' : 'uncertain'",
    to: "'uncertain'",
  },
  {
    name: 'ignores the cap',
    file: 'core/registration/held.ts',
    from: 'lost > CAP.instances && lost > known * CAP.share',
    to: 'lost > known',
  },
  {
    name: 'lets one round agree with itself',
    file: 'core/registration/held.ts',
    from: 'APART = { least: 30,',
    to: 'APART = { least: 0,',
  },
  {
    // The earlier poller looked only at the server that answered first.
    name: 'forgets the second server',
    file: 'core/registration/sight.ts',
    from: 'servers.map((server) =>\n        catalog.listing(',
    to: 'servers.slice(0, 1).map((server) =>\n        catalog.listing(',
  },
  {
    name: 'forgets what a dead server left behind',
    file: 'core/registration/evidence.ts',
    from: 'for (const { node, ...entry } of stranded) found.push({ entry, node })',
    to: '',
  },
  {
    name: 'registers with its look what is there already',
    file: 'core/registration/register-new.ts',
    from: ' || known.has(instanceId)',
    to: '',
  },
  {
    // allegro/mesos-executor#133, gliderlabs/registrator#1639.
    name: 'removes before the successor is there',
    file: 'core/registration/apply.ts',
    from: 'applyAll(catalog, [...ready, ...again])',
    to: 'applyAll(catalog, [...replacements.map(({ write }) => write), ...again])',
  },
  {
    name: 'does not see a successor under another id',
    file: 'core/registration/difference.ts',
    from: '?? heirs.get(heir(instanceId, service))',
    to: '',
  },
  {
    // hashicorp/consul-k8s#860, hashicorp/nomad#26684: two writers and one entry.
    name: "counts another stage's entries as ours",
    file: 'core/registration/registration.ts',
    from: "entry.meta[META.stage] === stage && entry.instanceId !== ''",
    to: "entry.instanceId !== ''",
  },
  {
    name: 'acts on the event instead of EC2',
    file: 'core/registration/belief.ts',
    from: "const FINAL = new Set(['shutting-down', 'terminated'])",
    to: "const FINAL = new Set(['shutting-down', 'terminated', 'stopping', 'stopped'])",
  },
  {
    name: 'treats a failed read of a definition as no definition',
    file: 'core/registration/difference.ts',
    from: "if (!evidence.definitions.has(definitionOf(instance))) return ['keep', '']",
    to: '',
  },
  {
    name: 'removes what waits for a silent owner',
    file: 'core/registration/difference.ts',
    from: '|| waiting.has(entry.instanceId)',
    to: '',
  },
  {
    // micro/go-micro#72, hashicorp/consul#3890.
    name: 'registers again what is already there',
    file: 'core/registration/difference.ts',
    from: 'if (home && isUpToDate(home.entry, registration)) return []',
    to: '',
  },
  {
    name: 'brings an instance that was told to go back into DNS',
    file: 'core/registration/difference.ts',
    from: 'pause !== undefined && endOf(pause) > now.getTime()',
    to: 'false',
  },
  {
    name: 'never lets an instance back that EC2 recommended replacing',
    file: 'core/registration/difference.ts',
    from: "const over = entry.status === 'maintenance' && endOf(entry.reason) <= now.getTime()",
    to: 'const over = false',
  },
  {
    name: 'lets an instance back at once that EC2 recommended replacing',
    file: 'core/registration/difference.ts',
    from: "entry.status === 'maintenance' && endOf(entry.reason) <= now.getTime()",
    to: "entry.status === 'maintenance' && endOf(entry.reason) < Number.POSITIVE_INFINITY",
  },
  {
    name: 'forgets an order to go after a recommendation',
    file: 'core/registration/difference.ts',
    from: 'return endOf(reason) > endOf(entry.reason) ? [{ ...write, instead: true }] : []',
    to: 'return []',
  },
  {
    // gliderlabs/registrator#190, hashicorp/nomad#16616.
    name: 'leaves entries of instances that have stopped',
    file: 'core/base/instances.ts',
    from: "instance.state !== 'running' && instance.state !== 'pending'",
    to: "instance.state === 'shutting-down' || instance.state === 'terminated'",
  },
]
