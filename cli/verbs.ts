import { CHECKOUT_VERBS } from './checkout-verbs.ts'
import type { Verb } from './verb.ts'

/** Every command in the order of the help. */
export const VERBS: readonly Verb[] = [
  {
    name: 'local',
    description: 'the local region: an AWS of its own on this machine',
    load: async () => (await import('./commands/local.ts')).local,
  },
  {
    name: 'control',
    description: 'the control plane: what builds, deploys and registers on a stage',
    load: async () => (await import('./commands/control.ts')).control,
  },
  ...CHECKOUT_VERBS,
  {
    name: 'build',
    usage: '[options] <app> [services...]',
    description: 'build the images that are missing or whose source changed',
    load: async () => (await import('./commands/build.ts')).build,
  },
  {
    name: 'deploy',
    usage: '[options] [app] [services...]',
    description: 'build what is missing, then bring the app to what its manifest says',
    load: async () => (await import('./commands/deploy.ts')).deploy,
  },
  {
    name: 'status',
    usage: '[options] [apps...]',
    description: 'what runs: instances, health in Consul and at the load balancer, image, release, URL',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    name: 'instances',
    usage: '[app] [service]',
    description:
      'each instance: where, how old, which release, how healthy and why, what was replaced lately',
    load: async () => (await import('./commands/instances.ts')).instances,
  },
  {
    name: 'releases',
    usage: '<app>',
    description: 'the kept releases of an app: when each was deployed, what it changed, which one runs',
    load: async () => (await import('./commands/releases.ts')).releases,
  },
  {
    name: 'timeline',
    usage: '[options] <app> [service]',
    description:
      'what happened to an app in one line of time: runs, instances, registrations, healing, alarms',
    load: async () => (await import('./commands/timeline.ts')).timeline,
  },
  {
    name: 'rollback',
    usage: '[options] <app> [release]',
    description: 'go back to an earlier release with its images, without a build',
    load: async () => (await import('./commands/rollback.ts')).rollback,
  },
  {
    name: 'scale',
    usage: '[options] <app> <service> <count>',
    description: 'change how many instances a service has; leaving ones finish their requests first',
    load: async () => (await import('./commands/scale.ts')).scale,
  },
  {
    name: 'restart',
    usage: '[options] <app> [service]',
    description: 'replace the instances of an app or a service by new ones of the same release, step by step',
    load: async () => (await import('./commands/restart.ts')).restart,
  },
  {
    name: 'replace',
    usage: '[options] <instance>',
    description: 'replace one instance: its successor starts, then it finishes its requests and goes',
    load: async () => (await import('./commands/replace.ts')).replace,
  },
  {
    name: 'job',
    usage: '[options] <app> <service> [args...]',
    description: "run a service's program once with arguments, on an instance of its own, and end as it ends",
    load: async () => (await import('./commands/job.ts')).job,
  },
  {
    name: 'jobs',
    usage: '[options] <app> [service]',
    description: 'the one-off tasks of an app, scheduled ones too: when, how long, how each ended',
    load: async () => (await import('./commands/jobs.ts')).jobs,
  },
  {
    name: 'job-loader',
    usage: '<language> <folder>',
    description: 'put the library with which a program runs as a job beside its source: Go, Python, Java',
    load: async () => (await import('./commands/job-loader.ts')).jobLoader,
  },
  {
    name: 'logs',
    usage: '[options] [app] [service]',
    description: "the output of an app's instances, of all services or of one",
    load: async () => (await import('./commands/logs.ts')).logs,
  },
  {
    name: 'open',
    usage: '[options] <app> [service]',
    description: 'open an exposed service in the browser and print its URL',
    load: async () => (await import('./commands/open.ts')).open,
  },
  {
    name: 'proxy',
    usage: '[options] <app> <service> [port]',
    description: 'bring a private service to a port of this machine, until Ctrl-C',
    load: async () => (await import('./commands/proxy.ts')).proxy,
  },
  {
    name: 'teardown',
    usage: '[options] <app>',
    description:
      'remove an app: instances, load balancing, stacks, definitions, records; images stay for amis clean',
    load: async () => (await import('./commands/teardown.ts')).teardown,
  },
  {
    name: 'data',
    usage: '<app>',
    description: 'tables, buckets and queues of an app, kept ones too, and backups: what they hold and cost',
    load: async () => (await import('./commands/data.ts')).data,
  },
  {
    name: 'kafka',
    usage: '<app>',
    description: "topics of an app's Kafka cluster, and how many records each group has not read yet",
    load: async () => (await import('./commands/kafka.ts')).kafka,
  },
  {
    name: 'secrets',
    description: 'what services read at run time and nobody else sees: set, list, remove, and their loaders',
    load: async () => (await import('./commands/secrets.ts')).secrets,
  },
  {
    name: 'env',
    description: "variables of a stage that count more than those in an app's manifest",
    load: async () => (await import('./commands/env.ts')).env,
  },
  {
    name: 'prices',
    description: "what AWS asks for what is made here, with sources; `prices update` reads AWS's price lists",
    load: async () => (await import('./commands/prices.ts')).prices,
  },
  {
    name: 'amis',
    description: "the stage's images; `amis clean` removes what nothing uses",
    load: async () => (await import('./commands/amis.ts')).amis,
  },
  {
    name: 'packages',
    description: 'the base images that programs can start from: language, version, digest',
    load: async () => (await import('./commands/packages.ts')).packages,
  },
  {
    name: 'lock',
    usage: '[options] [folders...]',
    description: 'look up the digests of ops, Nanos and base images, and write them into this checkout',
    load: async () => (await import('./commands/lock.ts')).lock,
  },
  {
    name: 'executions',
    usage: '[options] [name]',
    description: 'the latest runs of the workflows; with a name, follow that run or show how it went',
    load: async () => (await import('./commands/executions.ts')).executions,
  },
  {
    name: 'retry',
    usage: '[options] <name>',
    description: 'start a new run with the input of an earlier one',
    load: async () => (await import('./commands/retry.ts')).retry,
  },
  {
    name: 'cancel',
    usage: '<name>',
    description: 'stop a run at its next safe point; it puts back what it changed and frees its lock',
    load: async () => (await import('./commands/cancel.ts')).cancel,
  },
  {
    name: 'rotate-secrets',
    usage: '[options]',
    description:
      "change the authority, gossip key and tokens of the stage's Consul servers while everything runs",
    load: async () => (await import('./commands/rotate-secrets.ts')).rotateSecrets,
  },
  {
    name: 'token',
    description:
      "print the token with which you sign in at Consul's user interface, where you may look and not write",
    load: async () => (await import('./commands/token.ts')).token,
  },
  {
    name: 'drift',
    description:
      'compare the catalog in Consul with EC2 and the definitions, entry by entry; exit code 1 when they differ',
    load: async () => (await import('./commands/drift.ts')).drift,
  },
  {
    name: 'reconcile',
    description: 'compare the whole fleet now and repair what differs; exit code 1 if anything is left',
    load: async () => (await import('./commands/reconcile.ts')).reconcile,
  },
  {
    name: 'dead-letters',
    usage: '[options]',
    description: 'events of instances that could not be handled four times: how many, how old, what they say',
    load: async () => (await import('./commands/dead-letters.ts')).deadLetters,
  },
  {
    name: 'doctor',
    usage: '[options]',
    description:
      'look for what keeps a stage from working, with a remedy for each; exit code 1 when something does',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    name: 'completion',
    usage: '<shell>',
    description: 'print a script with which bash, zsh or fish completes commands, options, apps and services',
    load: async () => (await import('./commands/completion.ts')).completion,
  },
  {
    name: 'complete',
    usage: '[words...]',
    description: 'list what may come next',
    hidden: true,
    load: async () => (await import('./commands/complete.ts')).complete,
  },
]
