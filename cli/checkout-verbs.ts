import type { Verb } from './verb.ts'

/** The commands for the files of a checkout, up to putting them into a stage. */
export const CHECKOUT_VERBS: readonly Verb[] = [
  {
    name: 'init',
    usage: '[options]',
    description:
      'make the files of an app from a folder, a Dockerfile, a Compose file or Kubernetes manifests',
    load: async () => (await import('./commands/init.ts')).init,
  },
  {
    name: 'validate',
    usage: '[apps...]',
    description: 'check apps as a push does, without a stage, and tell all that is wrong',
    load: async () => (await import('./commands/validate.ts')).validate,
  },
  {
    name: 'changed',
    usage: '[options] [app]',
    description: 'list the services that differ since a commit, and the files that make the difference',
    load: async () => (await import('./commands/changed.ts')).changed,
  },
  {
    name: 'push',
    usage: '[apps...]',
    description: "put manifests, definitions and sources of this checkout into the stage's bucket",
    load: async () => (await import('./commands/push.ts')).push,
  },
]
