import type { Gain } from './gains.ts'

const refused = 'reaches /nanofleet-app-secrets/, where the secrets of all services are'

/** Secrets of other services that a program asks for. */
export const OF_SECRETS: Gain[] = [
  '*',
  'arn:aws:ssm:a:b:parameter/nanofleet-app-secrets/dev/shop/KEY',
  'arn:aws:ssm:*:*:parameter/*',
  'arn:aws:ssm:a:b:parameter/nanofleet-app*',
  'arn:aws:ssm:a:b:parameter/nanofleet-app-secrets/dev/*/KEY',
  'arn:*:ssm:*:*:*',
]
  .map(
    (resource): Gain => ({
      what: `secrets of other services as ${resource}`,
      service: { permissions: [{ actions: ['ssm:GetParametersByPath'], resource }] },
      refused,
    }),
  )
  .concat({
    what: 'a secret of another service as a parameter',
    service: { secrets: { KEY: '/nanofleet-app-secrets/dev/shop/web/KEY' } },
    refused,
  })
