import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:tls'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { randomSecrets } from '../../../adapters/consul/secret-maker.ts'
import { authorityCertificate, SERVER_NAME, serverCertificate } from '../../../core/secrets/authority.ts'
import {
  bits,
  boolean,
  der,
  identifier,
  integer,
  octets,
  sequence,
  set,
  text,
  utcTime,
} from '../../../core/secrets/der.ts'

describe('the certificate of an authority', () => {
  it('is signed by its own key, may sign others and lasts for years', () => {
    const { key, certificate } = randomSecrets.authority()
    const read = new X509Certificate(certificate)
    expect(read.checkPrivateKey(createPrivateKey(key))).toBe(true)
    expect(read.verify(read.publicKey)).toBe(true)
    expect(read.ca).toBe(true)
    expect(read.checkIssued(read)).toBe(true)
    const years = (Date.parse(read.validTo) - Date.parse(read.validFrom)) / (365.25 * 86_400_000)
    expect(Math.round(years)).toBe(10)
  })

  it('is of version 3, may sign certificates and lists of revoked ones, and nothing else', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    const { raw } = new X509Certificate(authorityCertificate(privateKey, 'a', Buffer.from([1]), new Date()))
    // Versions count from 0. Behind the two outer sequences with a length of two bytes each, then the serial
    // number.
    expect(raw.subarray(0, 1).toString('hex')).toBe('30')
    expect(raw.toString('hex')).toMatch(/^30(81..|82....)30(81..|82....)a003020102020101/)
    // "RFC 5280", 4.2.1.3: keyCertSign and cRLSign are bits 5 and 6, so one bit of the byte does not count;
    // critical.
    expect(raw.toString('hex')).toContain('0603551d0f0101ff040403020106')
    // 4.2.1.9: an authority, critical.
    expect(raw.toString('hex')).toContain('0603551d130101ff040530030101ff')
  })

  it('is valid from one hour before it was made', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    const now = new Date('2026-01-01T12:00:00.000Z')
    const read = new X509Certificate(authorityCertificate(privateKey, 'a', Buffer.from([1]), now))
    expect(read.validFromDate).toEqual(new Date('2026-01-01T11:00:00.000Z'))
    expect(read.validToDate).toEqual(new Date('2036-01-01T12:00:00.000Z'))
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

describe('the certificate of a server', () => {
  const { key, certificate } = randomSecrets.authority()
  const authority = { key: createPrivateKey(key), certificate }
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const made = (now: Date) => {
    const serial = Buffer.from([1, 2])
    return new X509Certificate(
      serverCertificate(authority, { publicKey, address: '10.0.1.250', serial, now }),
    )
  }
  const day = 86_400_000

  it("is for its own key, its address and the servers' common name, and signs nothing", () => {
    const read = made(new Date())
    expect(read.verify(new X509Certificate(certificate).publicKey)).toBe(true)
    expect(read.checkIssued(new X509Certificate(certificate))).toBe(true)
    expect(read.checkPrivateKey(privateKey)).toBe(true)
    expect(read.checkIP('10.0.1.250')).toBe('10.0.1.250')
    expect(read.checkIP('10.0.1.251')).toBeUndefined()
    expect(read.checkHost(SERVER_NAME)).toBe(SERVER_NAME)
    expect(read.ca).toBe(false)
    // For both sides of a connection: servers show it when they call, too.
    expect(read.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'])
    // "RFC 5280", 4.2.1.3 and 4.2.1.9, both critical: digitalSignature is bit 0 alone, and no authority.
    expect(read.raw.toString('hex')).toContain('0603551d0f0101ff040403020780')
    expect(read.raw.toString('hex')).toContain('0603551d130101ff04023000')
  })

  it('lasts for days, and not longer than its authority', () => {
    const now = new Date()
    expect(Math.round((made(now).validToDate.getTime() - now.getTime()) / day)).toBe(30)
    const end = new X509Certificate(certificate).validToDate
    expect(made(new Date(end.getTime() - day)).validToDate).toEqual(end)
  })

  it('is accepted in a handshake by those who trust two authorities, and by no others', async () => {
    const other = randomSecrets.authority().certificate
    const cert = serverCertificate(authority, {
      publicKey,
      address: '127.0.0.1',
      serial: Buffer.from([3]),
      now: new Date(),
    })
    const server = createServer(
      { key: privateKey.export({ type: 'pkcs8', format: 'pem' }), cert },
      (socket) => socket.end(),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const trusts = (ca: string) =>
      new Promise<boolean>((resolve) => {
        const socket = connect({ port, host: '127.0.0.1', ca }, () => resolve(true))
        socket.on('error', () => resolve(false))
        socket.on('close', () => resolve(false))
      })
    expect(await trusts(other + certificate)).toBe(true)
    expect(await trusts(certificate + other)).toBe(true)
    expect(await trusts(other)).toBe(false)
    server.close()
  })
})

describe('DER', () => {
  it.each([
    [0, [0x04, 0x00]],
    [127, [0x04, 0x7f]],
    [128, [0x04, 0x81, 0x80]],
    [255, [0x04, 0x81, 0xff]],
    [256, [0x04, 0x82, 0x01, 0x00]],
    [300, [0x04, 0x82, 0x01, 0x2c]],
    [65_536, [0x04, 0x83, 0x01, 0x00, 0x00]],
  ])('writes a length of %i', (length, header) => {
    expect([...der(0x04, Buffer.alloc(length)).subarray(0, header.length)]).toEqual(header)
  })

  it('writes numbers without leading zeros and with a sign where the first bit is set', () => {
    expect([...integer(Buffer.from([0, 0, 1]))]).toEqual([0x02, 1, 1])
    expect([...integer(Buffer.from([0x7f]))]).toEqual([0x02, 1, 0x7f])
    expect([...integer(Buffer.from([0x80]))]).toEqual([0x02, 2, 0, 0x80])
    expect([...integer(Buffer.from([0]))]).toEqual([0x02, 1, 0])
    expect([...integer(Buffer.from([]))]).toEqual([0x02, 1, 0])
  })

  it('writes truths, texts, bits and times', () => {
    const hex = (...parts: Buffer[]) => parts.map((part) => part.toString('hex')).join(' ')
    expect(hex(boolean(true), boolean(false))).toBe('0101ff 010100')
    expect(hex(text('é'), octets(Buffer.from([7])))).toBe('0c02c3a9 040107')
    expect(hex(bits(Buffer.from([6]), 1), bits(Buffer.from([6])))).toBe('03020106 03020006')
    expect(hex(sequence(text('a')), set(text('a')))).toBe('30030c0161 31030c0161')
    expect(utcTime(new Date('2026-03-04T05:06:07.890Z')).toString('latin1')).toBe('\x17\x0d260304050607Z')
  })

  it('writes names of several bytes per number', () => {
    expect(identifier('1.2.840.10045.4.3.2').toString('hex')).toBe('06082a8648ce3d040302')
    expect(identifier('2.5.127.128.16384').toString('hex')).toBe('0607557f8100818000')
  })
})
