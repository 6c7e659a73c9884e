import { describe, expect, it } from '@jest/globals'
import { TableBackups } from '../../adapters/aws/table-backups.ts'
import { confirmDeletion } from '../../cli/commands/data-delete-backup.ts'
import { backupOf, pickBackup } from '../../cli/commands/data-restore.ts'
import { withCosts } from '../../cli/stage/data-list.ts'
import { dataText, sizeText } from '../../cli/text/data-text.ts'
import { InvalidInput, NotFound } from '../../core/base/errors.ts'
import type { ListedBackup, ListedData } from '../../core/deploy/data-list.ts'
import { prices } from '../support/prices.ts'

const orders: ListedData = {
  name: 'Orders',
  type: 'AWS::DynamoDB::Table',
  id: 'nanofleet-dev-shop-Orders-1X',
  holds: { holding: { what: 'rows', count: 1000, more: true } },
  figures: { bytes: 1_500_000, rows: 10_000 },
}
const jobs: ListedData = {
  name: 'Jobs',
  type: 'AWS::SQS::Queue',
  id: 'https://sqs/jobs',
  holds: { holding: { what: 'messages', count: 2, about: true } },
  figures: {},
}
const kept: ListedData = {
  ...orders,
  id: 'nanofleet-dev-shop-Orders-2X',
  figures: {},
  holds: { missing: true },
  kept: { at: '2026-01-31T12:00:00.000Z', execution: 'shop-1', restored: 'arn:1' },
}
const backup: ListedBackup = {
  id: 'arn:1',
  name: 'nanofleet-dev.shop.Orders.1',
  table: 'gone',
  at: '2026-01-31T12:00:00.000Z',
  state: 'CREATING',
  bytes: 1024,
  expires: '2026-03-07T12:00:00.000Z',
  of: 'Orders',
}
const text = (data: ListedData[], backups: ListedBackup[] = []) =>
  dataText(withCosts({ app: 'shop', data, backups }, 'eu-west-1', prices))

describe('the data of an app', () => {
  it('is shown with what it holds, its age and its cost', () => {
    expect(
      text([orders, jobs, kept], [backup])
        .split('\n')
        .map((line) => line.split(/ {2,}/)),
    ).toEqual([
      ['name', 'what', 'holds', 'size', 'a month', 'kept'],
      [
        'Orders',
        `table ${orders.id}`,
        'at least 1,000 rows (its own count: 10,000)',
        '1.4 MB',
        'less than $0.01',
      ],
      ['Jobs', 'queue https://sqs/jobs', 'about 2 messages', '$0'],
      [
        'Orders',
        `table ${kept.id}`,
        'it does not exist any more',
        'not known',
        'since 2026-01-31 12:00:00 by shop-1, restored from a backup',
      ],
      ["A table's size and its own count are up to six hours old."],
      [''],
      ['Backups:'],
      ['of', 'name', 'made (UTC)', 'size', 'a month'],
      [
        'Orders',
        backup.name,
        '2026-01-31 12:00:00',
        '1 KB',
        'not known',
        'not ready yet; DynamoDB deletes it on 2026-03-07',
      ],
      ["Prices: AWS's price list AmazonDynamoDB, read on 2026-02-01; requests cost extra."],
      ["What is not known here is in AWS's price lists for eu-west-1."],
    ])
  })

  it.each([
    ['nothing', [], 'shop has no tables, buckets or queues.'],
    ['a queue', [jobs], /^name .*\nJobs .*\$0$/],
  ])('is no longer than it must be: %s', (_what, data, expected) => {
    expect(text(data)).toMatch(expected)
  })

  it.each([
    [{}, ''],
    [{ bytes: 0 }, '0 bytes'],
    [{ bytes: 1023 }, '1,023 bytes'],
    [{ bytes: 1024 }, '1 KB'],
    [{ bytes: 2 ** 30, atLeast: true as const }, 'at least 1 GB'],
    [{ bytes: 2 ** 51 }, '2,048 TB'],
  ])('has a size in words: %j', (figures, words) => {
    expect(sizeText(figures)).toBe(words)
  })

  it('has no price for a part of its size', () => {
    const part = { ...orders, figures: { bytes: 1, atLeast: true as const } }
    const { data } = withCosts({ app: 'shop', data: [part, orders], backups: [] }, 'eu-west-1', prices)
    expect(data.map(({ cost }) => 'unknown' in cost)).toEqual([true, false])
  })
})

describe('the backup to delete', () => {
  const place = 'data delete-backup shop'
  const { expires: _when, ...own } = backup
  const person = (...answers: string[]) => {
    const asked: string[] = []
    const ask = async (question: string) => {
      asked.push(question)
      return answers.shift() ?? ''
    }
    return { asked, canAsk: () => answers.length > 0, ask }
  }

  it('is found by its name or its ARN, of this app only', () => {
    expect(backupOf(place, 'shop', [own], own.name)).toBe(own)
    expect(backupOf(place, 'shop', [own], 'arn:1')).toBe(own)
    expect(() => backupOf(place, 'shop', [own], 'arn:9')).toThrow('shop has no backup arn:9; known are')
  })

  it('is named once more by a person, who sees what it is', async () => {
    const asked = person(own.name)
    await confirmDeletion(place, own, false, asked)
    expect(asked.asked).toEqual([
      `${own.name} is a backup of Orders, made on 2026-01-31 12:00:00, 1 KB.\nType its name to delete it: `,
    ])
    const other = person('yes')
    await expect(confirmDeletion(place, own, false, other)).rejects.toThrow(
      `data delete-backup shop: "yes" is not ${own.name}; nothing was deleted`,
    )
    const { bytes: _size, ...unsized } = own
    const second = person(own.name)
    await confirmDeletion(place, unsized, false, second)
    expect(second.asked[0]).toContain('made on 2026-01-31 12:00:00.\n')
  })

  it('needs --yes where nobody can be asked', async () => {
    await expect(confirmDeletion(place, own, false, person())).rejects.toThrow(
      '1 KB; pass --yes to delete it',
    )
    await confirmDeletion(place, own, true, person())
  })

  it("is never DynamoDB's own", async () => {
    await expect(confirmDeletion(place, backup, true, person())).rejects.toThrow(
      `${backup.name} is DynamoDB's own, which deletes it on 2026-03-07`,
    )
  })

  it.each([
    ['BackupNotFoundException', NotFound, 'backup b does not exist any more'],
    ['BackupInUseException', InvalidInput, 'b: is being made or restored; try again when that has ended'],
    ['ValidationException', InvalidInput, 'b: User is not allowed'],
    ['ThrottlingException', Error, 'User is not allowed'],
  ])('may be refused by DynamoDB as %s', async (code, kind, sentence) => {
    const send = async () => {
      throw Object.assign(new Error('User is not allowed'), { name: code })
    }
    const removed = new TableBackups({ send } as never).remove({ id: 'arn:1', name: 'b' })
    await expect(removed).rejects.toThrow(kind)
    await expect(removed).rejects.toThrow(sentence)
  })
})

describe('the backup to restore', () => {
  it('is found by its name', () => {
    expect(pickBackup('shop', [backup], backup.name)).toBe('arn:1')
  })

  it.each([
    [[backup], 'nanofleet-dev.shop.Orders.2', 'shop has no backup nanofleet-dev.shop.Orders.2; did you mean'],
    [
      [backup, { ...backup, id: 'arn:2' }],
      backup.name,
      `2 backups are named ${backup.name}; give an ARN: arn:1`,
    ],
  ])('is refused unless the name means one: %#', (backups, name, sentence) => {
    expect(() => pickBackup('shop', backups, name)).toThrow(sentence)
  })
})
