import { describe, expect, it } from '@jest/globals'
import { BadConfiguration, readStage } from '../../adapters/config.ts'
import { environment } from '../support/environment.ts'
import { stage } from '../support/stage.ts'

describe('the stage of a function', () => {
  it('comes out of its environment', () => {
    expect(readStage(environment)).toEqual(stage)
  })

  it.each([
    [{ DOMAIN: '', PORT_LISTENERS: '' }, true],
    [{ DOMAIN: 'example.com', PORT_LISTENERS: '' }, false],
    [{ DOMAIN: 'example.com', PORT_LISTENERS: 'true' }, true],
    [{ DOMAIN: '', PORT_LISTENERS: 'false' }, false],
  ])('with %j has port listeners: %s', (settings, expected) => {
    expect(readStage({ ...environment, ...settings }).portListeners).toBe(expected)
  })

  it('has a domain and a certificate only where they are set', () => {
    const set = readStage({ ...environment, DOMAIN: 'example.com', CERTIFICATE_ARN: 'arn:cert' })
    expect(set).toMatchObject({ domain: 'example.com', certificateArn: 'arn:cert' })
    expect(readStage(environment)).not.toHaveProperty('domain')
  })

  it.each([
    ['192.0.2.0/24,198.51.100.7/32', true, ['192.0.2.0/24', '198.51.100.7/32']],
    ['', true, undefined],
    ['192.0.2.0/24', false, 'HTTPS only'],
    ['everybody', true, 'must be blocks'],
    [Array.from({ length: 5 }, (_, index) => `192.0.2.${index}/32`).join(), true, 'CONSUL_UI_SOURCES'],
  ])('lets the addresses %j see the user interface, with a certificate: %s', (sources, secure, expected) => {
    const domain = secure ? { DOMAIN: 'example.com', CERTIFICATE_ARN: 'arn:cert' } : {}
    const read = () => readStage({ ...environment, ...domain, CONSUL_UI_SOURCES: sources }).consulUiSources
    if (typeof expected === 'string') expect(read).toThrow(expected)
    else expect(read()).toEqual(expected)
  })

  it('is refused with every variable that is missing or wrong, and the remedy', () => {
    const { TABLE: _gone, ...rest } = environment
    const broken = { ...rest, PACKAGER: 'docker', ZONES: 'a' }
    expect(() => readStage(broken)).toThrow(BadConfiguration)
    for (const part of [
      'TABLE: ',
      'PACKAGER: ',
      'ZONES: must be two or three values',
      'deploy the control plane again',
    ])
      expect(() => readStage(broken)).toThrow(part)
  })
})
