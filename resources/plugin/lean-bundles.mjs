import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/*
 * Four places where esbuild keeps what no function uses, as it cannot know that leaving it out changes
 * nothing. `node scripts/bundle-sizes.mjs` holds the outcome against resources/bundle-budgets.json.
 */

/**
 * Keys of the SDK's schemas are constants (`[_xN]: _m`). esbuild takes a computed key for a call that may do
 * anything, and keeps all shapes of all operations: 550 KB of EC2's. Written out they are what they were, and
 * only those used stay.
 */
const plainKeys = {
  name: 'plain-keys',
  setup({ onLoad }) {
    onLoad({ filter: /@aws-sdk[/\\]client-[^/\\]+[/\\]dist-es[/\\]schemas[/\\]/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      const constants = new Map(
        [...text.matchAll(/^const (_\w+) = ("[^"]*");$/gm)].map(([, name, value]) => [name, value]),
      )
      const contents = text.replace(/\[(_\w+)\]:/g, (key, name) =>
        constants.has(name) ? `${constants.get(name)}:` : key,
      )
      return { contents, loader: 'js' }
    })
  },
}

/**
 * lib-dynamodb does not say that loading it does nothing, as the SDK's clients do: all would carry it and
 * DynamoDB's client.
 */
const documentsOnDemand = {
  name: 'documents-on-demand',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^@aws-sdk\/lib-dynamodb$/ }, async ({ path, kind, resolveDir, pluginData }) => {
      if (pluginData === documentsOnDemand) return undefined
      const found = await resolve(path, { kind, resolveDir, pluginData: documentsOnDemand })
      return { ...found, sideEffects: false }
    })
  },
}

/**
 * Lambda gives a function its credentials as variables (AWS Lambda Developer Guide, "Defined runtime
 * environment variables"). The SDK would look for profiles, sign-ins, containers and EC2's metadata too, with
 * a client for each: 130 KB.
 */
const credentialsOfLambda = {
  name: 'credentials-of-lambda',
  setup({ onResolve, onLoad, resolve }) {
    const namespace = credentialsOfLambda.name
    onResolve(
      { filter: /^@aws-sdk\/credential-provider-node$/ },
      async ({ path, kind, resolveDir, pluginData }) => {
        if (pluginData === credentialsOfLambda) return undefined
        const found = await resolve(path, { kind, resolveDir, pluginData: credentialsOfLambda })
        return { path: found.path, namespace, sideEffects: false }
      },
    )
    onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env'",
      resolveDir: dirname(path),
    }))
  },
}

/**
 * Loading a file of ours does nothing either: without this, a schema stays that only an unused export needs.
 */
const oursOnDemand = {
  name: 'ours-on-demand',
  setup({ onResolve }) {
    onResolve({ filter: /^[.]{1,2}\/.*[.]ts$/ }, ({ path, resolveDir, kind }) =>
      kind === 'import-statement' ? { path: join(resolveDir, path), sideEffects: false } : undefined,
    )
  },
}

/** What the functions are bundled with. */
export default [plainKeys, documentsOnDemand, oursOnDemand, credentialsOfLambda]
