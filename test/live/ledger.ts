import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Context } from '../../cli/context.ts'
import { ROOT } from '../apps/apps.ts'
import { edit, pushChanged } from './source.ts'

const APP = `app: ledger
requires: [platform]
resources: resources.yml
services:
  page:
    port: 8080
    source: apps/web
    instanceType: t3.micro
    count: 1
    env: { ORDERS: !Ref Orders }
`

/** A table with this logical id and partition key. */
export const table = (name: string, key = 'id', property = 'KeySchema'): string => `  ${name}:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: ${key}, AttributeType: S }]
      ${property}: [{ AttributeName: ${key}, KeyType: HASH }]
`

/**
 * Pushes an app of one instance with these resources.
 * @param tables parts of the file of resources; the service's environment names the first
 * @param broken the program ends at once
 */
export async function pushLedger(context: Context, tables: string[], broken = false): Promise<void> {
  const [, first = ''] = /^ {2}(\w+):/.exec(tables[0] ?? '') ?? []
  const files = {
    'app.yml':
      first === '' ? APP.replace(/ {4}env.*\n/, '') : APP.replace('!Ref Orders', `{ Ref: ${first} }`),
    'resources.yml': tables.length > 0 ? `Resources:\n${tables.join('')}` : 'Resources: {}\n',
    'page/config.json': await readFile(join(ROOT, 'images/web/web/config.json'), 'utf8'),
    'page/consul.json': (await readFile(join(ROOT, 'images/web/web/consul.json'), 'utf8')).replace(
      '"name": "web"',
      '"name": "ledger-page"',
    ),
  }
  await pushChanged(context, 'ledger', async (root) => {
    for (const [path, text] of Object.entries(files)) {
      const file = join(root, 'images/ledger', path)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, text)
    }
    if (broken) await edit(join(root, 'apps/web/main.ts'), '\n', '\nprocess.exit(3)\n')
  })
}
