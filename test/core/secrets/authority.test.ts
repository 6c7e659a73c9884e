import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { randomSecrets } from '../../../adapters/consul/secret-maker.ts'
import { AUTHORITY_YEARS, authorityCertificate } from '../../../core/secrets/authority.ts'
import { der, identifier, integer } from '../../../core/secrets/der.ts'

describe('the certificate of an authority', () => {
  it('is signed by its own key, may sign others and lasts for years', () => {
    const { key, certificate } = randomSecrets.authority()
    const read = new X509Certificate(certificate)
    expect(read.checkPrivateKey(createPrivateKey(key))).toBe(true)
    expect(read.verify(read.publicKey)).toBe(true)
    expect(read.ca).toBe(true)
    expect(read.checkIssued(read)).toBe(true)
    const years = (Date.parse(read.validTo) - Date.parse(read.validFrom)) / (365.25 * 86_400_000)
    expect(Math.round(years)).toBe(AUTHORITY_YEARS)
  })

  it('is read by others whatever its serial number and time', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    const serials = fc.uint8Array({ minLength: 1, maxLength: 20 }).filter((bytes) => bytes.some(Boolean))
    const times = fc.date({ min: new Date('2026-01-01'), max: new Date('2039-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(serials, times, (serial, now) => {
        const read = new X509Certificate(authorityCertificate(privateKey, 'test', serial, now))
        expect(BigInt(`0x${read.serialNumber}`)).toBe(BigInt(`0x${Buffer.from(serial).toString('hex')}`))
        expect(Date.parse(read.validFrom)).toBe(Math.floor(now.getTime() / 1000) * 1000 - 3_600_000)
        expect(read.verify(read.publicKey)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })
})

describe('DER', () => {
  it.each([
    [127, [0x04, 0x7f]],
    [128, [0x04, 0x81, 0x80]],
    [300, [0x04, 0x82, 0x01, 0x2c]],
  ])('writes a length of %i', (length, header) => {
    expect([...der(0x04, Buffer.alloc(length)).subarray(0, header.length)]).toEqual(header)
  })

  it('writes numbers without leading zeros and with a sign where the first bit is set', () => {
    expect([...integer(Buffer.from([0, 0, 1]))]).toEqual([0x02, 1, 1])
    expect([...integer(Buffer.from([0x80]))]).toEqual([0x02, 2, 0, 0x80])
    expect([...integer(Buffer.from([0]))]).toEqual([0x02, 1, 0])
  })

  it('writes names of several bytes per number', () => {
    expect(identifier('1.2.840.10045.4.3.2').toString('hex')).toBe('06082a8648ce3d040302')
  })
})
