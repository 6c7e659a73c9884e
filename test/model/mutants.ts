/** A mistake that somebody could make: one place of one file, changed. */
export interface Mutant {
  name: string
  file: string
  from: string
  to: string
}

/** Mistakes in the code of registration, of our peers (issues of theirs are named) or near at hand. */
export const MUTANTS: Mutant[] = [
  {
    name: 'ends the list at an empty page',
    file: 'adapters/aws/ec2-instances.ts',
    from: 'token = next',
    to: 'token = instances.length > 0 ? next : undefined',
  },
  {
    // hashicorp/consul-aws: one failed call is seen as "no nodes".
    name: 'takes a failed page for an empty one',
    file: 'adapters/aws/ec2-instances.ts',
    from: 'throw new ServiceFailure(`EC2 does not list the instances',
    to: 'return { instances: [], next: undefined }; throw new ServiceFailure(`',
  },
  {
    name: 'asks no second time for instances that the list does not show',
    file: 'core/registration/round.ts',
    from: 'if (absent.size > 0) evidence.confirmed.push(...(await parts.instances.confirm([...absent])))',
    to: '',
  },
  {
    name: 'forgets the instances that it found at the second look',
    file: 'core/registration/evidence.ts',
    from: '[...evidence.instances, ...evidence.confirmed]',
    to: 'evidence.instances',
  },
  {
    name: 'knows no probation',
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
    // The poller that came before looked at whichever server answered first.
    name: 'forgets the second server',
    file: 'core/registration/round.ts',
    from: 'servers.map((server) => catalog.listing(',
    to: 'servers.slice(0, 1).map((server) => catalog.listing(',
  },
  {
    name: 'forgets what a dead server left',
    file: 'core/registration/evidence.ts',
    from: 'for (const { node, ...entry } of stranded) found.push({ entry, node })',
    to: '',
  },
  {
    // allegro/mesos-executor#133, gliderlabs/registrator#1639.
    name: 'removes before the successor is there',
    file: 'core/registration/apply.ts',
    from: 'applyAll(catalog, await withSuccessor(catalog, replaced, pause))',
    to: 'applyAll(catalog, replaced)',
  },
  {
    name: 'sees no successor under another id',
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
    name: 'acts on the event in place of EC2',
    file: 'core/registration/belief.ts',
    from: "const FINAL = new Set(['shutting-down', 'terminated'])",
    to: "const FINAL = new Set(['shutting-down', 'terminated', 'stopping', 'stopped'])",
  },
  {
    name: 'treats a failed read of a definition as no definition',
    file: 'core/registration/difference.ts',
    from: "if (!evidence.definitions.has(instance.tags[TAG.definition] ?? '')) return ['keep', '']",
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
    name: 'brings back into DNS who was told to go',
    file: 'core/registration/difference.ts',
    from: 'pause !== undefined && endOf(pause) > now.getTime()',
    to: 'false',
  },
  {
    name: 'never lets an instance back that EC2 recommended to replace',
    file: 'core/registration/difference.ts',
    from: "const over = entry.status === 'maintenance' && endOf(entry.reason) <= now.getTime()",
    to: 'const over = false',
  },
  {
    name: 'lets an instance back at once that EC2 recommended to replace',
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
