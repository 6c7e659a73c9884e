import { InvalidInput } from '../base/errors.ts'
import { FEWEST_ZONES, MOST_ZONES } from './control-network.ts'

/** What a region says of its zones: those that the account sees, and where each instance type is offered. */
export interface ZoneFacts {
  zones: readonly string[]
  offers: ReadonlyMap<string, readonly string[]>
}

/** What a stage could be in: its zones, or why there are none. */
export type Choice = { zones: string[] } | { problem: string; remedy: string }

/** The first three zones that offer every type; two where there are no more. */
export function chooseZones({ zones, offers }: ZoneFacts): Choice {
  const seen = [...zones].sort()
  const lacking = lacks({ zones: seen, offers })
  const whole = seen.filter((zone) => !lacking.some((one) => one.zone === zone))
  if (whole.length >= FEWEST_ZONES) return { zones: whole.slice(0, MOST_ZONES) }
  if (seen.length < FEWEST_ZONES)
    return {
      problem: `the account sees ${seen.length === 0 ? 'no zone' : `only the zone ${seen[0]}`} here, a stage needs two`,
      remedy: 'choose another region',
    }
  return unoffered(lacking)
}

/** What speaks against zones that somebody named, or that a stage has; nothing speaks for others. */
export function checkZones(named: readonly string[], { zones, offers }: ZoneFacts): Choice {
  const seen = [...zones].sort().join(', ')
  if (named.length < FEWEST_ZONES || named.length > MOST_ZONES || new Set(named).size < named.length)
    return {
      problem: `${named.join(',')} are not two or three zones`,
      remedy: `name two or three of ${seen}`,
    }
  const strange = named.filter((zone) => !zones.includes(zone))
  if (strange.length > 0)
    return { problem: `the account sees no zone ${strange.join(', ')} here`, remedy: `name some of ${seen}` }
  const lacking = lacks({ zones: named, offers })
  return lacking.length === 0 ? { zones: [...named] } : unoffered(lacking)
}

/**
 * The zones of a stage that is about to be deployed.
 * @param stands those that it has already: subnets cannot move, but a third may be added
 * @param named those that somebody chose for it
 * @throws {InvalidInput}
 */
export function zonesOfStage(
  facts: ZoneFacts,
  { stands, named }: { stands?: readonly string[] | undefined; named?: readonly string[] | undefined },
): string[] {
  if (stands && named && stands.some((zone, index) => named[index] !== zone)) {
    const problem = `the stage is in ${stands.join(', ')}, and its subnets cannot move`
    throw new InvalidInput('zones', problem, `name ${stands.join(',')}, or make a stage of another name`)
  }
  // What stands is not asked again: a zone may have stopped offering a type, and the stage goes on.
  if (stands && (!named || named.length === stands.length)) return [...stands]
  const choice = named ? checkZones(named, facts) : chooseZones(facts)
  if ('zones' in choice) return choice.zones
  throw new InvalidInput('zones', choice.problem, choice.remedy)
}

const lacks = ({ zones, offers }: ZoneFacts): { type: string; zone: string }[] =>
  [...offers].flatMap(([type, places]) =>
    zones.filter((zone) => !places.includes(zone)).map((zone) => ({ type, zone })),
  )

const unoffered = (lacking: readonly { type: string; zone: string }[]): Choice => ({
  problem: `EC2 does not offer ${lacking.map(({ type, zone }) => `${type} in ${zone}`).join(', ')}`,
  remedy: "write another instanceType into the apps' app.yml, or choose another region",
})
