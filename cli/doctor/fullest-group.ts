import type { Template } from '../../core/base/cloudformation.ts'

const DIRECTIONS = ['Ingress', 'Egress']

/**
 * The security group that has the most rules in one direction over all these templates. A group is told by
 * what rules name it by: a resource of the same stack, or a parameter that every stack gives the same group.
 */
export function fullestGroup(templates: ReadonlyMap<string, Template>): { group: string; rules: number } {
  const counts = new Map<string, number>()
  const add = (key: string, rules: number) => counts.set(key, (counts.get(key) ?? 0) + rules)
  for (const [stack, { Resources }] of templates)
    for (const [id, { Type, Properties = {} }] of Object.entries(Resources))
      for (const direction of DIRECTIONS) {
        const inline = Properties[`SecurityGroup${direction}`]
        if (Type === 'AWS::EC2::SecurityGroup' && Array.isArray(inline))
          add(`${id} of ${stack} ${direction}`, inline.length)
        if (Type === `AWS::EC2::SecurityGroup${direction}`)
          add(`${named(Properties.GroupId, stack)} ${direction}`, 1)
      }
  const [most] = [...counts].sort(([, a], [, b]) => b - a)
  return { group: most?.[0].replace(/ (Ingress|Egress)$/, '') ?? 'none', rules: most?.[1] ?? 0 }
}

/** `{Fn::GetAtt: [WebGroup, GroupId]}` is a group of the stack itself, `{Ref: ConsulGroup}` another one's. */
function named(reference: unknown, stack: string): string {
  const { Ref, 'Fn::GetAtt': attribute } = Object(reference)
  return Ref === undefined ? `${[attribute].flat()[0]} of ${stack}` : String(Ref)
}
