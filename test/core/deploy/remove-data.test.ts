import { describe, expect, it } from '@jest/globals'
import type { KeptData } from '../../../core/deploy/kept-data.ts'
import { removeNamedData } from '../../../core/deploy/remove-data.ts'
import { MemoryKeptBook } from '../../support/memory-kept.ts'
import { MemoryStacks } from '../../support/memory-stacks.ts'

const template = { AWSTemplateFormatVersion: '2010-09-09' as const, Description: '', Resources: {} }
const named = (name: string, type: string): KeptData => ({
  ...{ name, type, id: `${name}-1`, template, parameters: {} },
  ...{ at: '2026-01-31T12:00:00.000Z', execution: 'run', confirmedBy: 'run' },
})

/** Removes what was named for a run and is kept as these records. */
async function remove(records: KeptData[], refusal?: unknown): Promise<string[]> {
  const [kept, stacks] = [new MemoryKeptBook(), new MemoryStacks()]
  if (records.length === 0) stacks.find = () => Promise.reject(new Error('nobody may ask'))
  await kept.keep('shop', records)
  const remover = { remove: async () => (refusal === undefined ? undefined : Promise.reject(refusal)) }
  return removeNamedData({ stage: 'dev', stacks, kept, remover }, { app: 'shop', execution: 'run' })
}

describe('data that a person named', () => {
  it.each<[string, unknown, string]>([
    ['an error', new Error('it is protected'), 'it is protected'],
    ['anything else', 'protected', 'protected'],
  ])('says why it cannot be deleted, of %s', async (_what, thrown, told) => {
    const orders = named('Orders', 'AWS::DynamoDB::Table')
    await expect(remove([orders], thrown)).rejects.toThrow(`Orders (table Orders-1): ${told}`)
  })

  it('is deleted in the order in which its parts use each other', async () => {
    const parts = [
      named('Authority', 'AWS::ACMPCA::CertificateAuthority'),
      named('Group', 'AWS::EC2::SecurityGroup'),
      named('Certificate', 'AWS::ACMPCA::Certificate'),
      named('Configuration', 'AWS::MSK::Configuration'),
      named('Activation', 'AWS::ACMPCA::CertificateAuthorityActivation'),
      named('Log', 'AWS::MSK::Cluster'),
    ]
    const wanted = ['Log', 'Configuration', 'Group', 'Activation', 'Certificate', 'Authority']
    expect(await remove(parts)).toEqual(wanted)
  })

  it('needs no look at the stack when nothing was named', async () => {
    expect(await remove([])).toEqual([])
  })
})
