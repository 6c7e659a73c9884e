import type { Context } from '../../../cli/context.ts'
import { appStatus } from '../../../cli/stage/stage-status.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { throughGateway } from '../gateway.ts'
import type { Story } from '../story.ts'
import type { DemoApp } from './demo-app.ts'

/** One service in each language. */
export const hello: DemoApp = {
  name: 'hello',
  building: 'five small images, in TypeScript, JavaScript, Go, Python and Java, at the same time',
  show: { title: 'Call the service in each language', play: callEach },
  exercise: [],
  next: [
    ['nanofleet logs hello python', 'what an instance writes'],
    ['nanofleet scale hello java 2', 'a second instance of one language'],
  ],
}

/** @throws ServiceFailure if one does not say its language and its instance */
async function callEach(context: Context, story: Story): Promise<void> {
  for (const { service, url } of await appStatus(context, 'hello')) {
    if (!url) throw new ServiceFailure(`${service} of hello has no URL`)
    const { status, body } = await throughGateway(url)
    const said = body.toString().trim()
    story.say(`    ${url}  ${said}`)
    if (status !== 200 || !/^hello from \w+ on i-/.test(said))
      throw new ServiceFailure(`${service} of hello answers ${status} "${said}"`)
  }
}
