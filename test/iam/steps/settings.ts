import { AppSettings } from '../../../adapters/aws/app-settings.ts'
import type { SettingKind } from '../../../core/base/settings.ts'
import { needs, type Step } from '../step.ts'
import { type IamWorld, PROBE } from '../world.ts'

const kept = ({ context }: IamWorld, kind: SettingKind) =>
  new AppSettings(context.ssm(), kind, context.stage, PROBE)

/** The probe, with a secret that its service reads. */
async function pushWithSecret(world: IamWorld): Promise<void> {
  await world.giveImage()
  const { bundle } = await world.bundles.read(PROBE, world.probe)
  const { probe } = bundle.manifest.services
  if (!probe) throw new Error('the probe has no service')
  const services = { probe: { ...probe, secrets: { KEY: 'own' } } }
  const { digest } = await world.bundles.write({ ...bundle, manifest: { ...bundle.manifest, services } })
  await world.bundles.point(PROBE, digest)
}

/** Steps of the functions that look at what people set for an app. */
export const settingSteps: Step[] = [
  {
    role: 'PlanDeployRole',
    does: 'plan-deploy: an app with a secret and a variable that are set',
    covers: needs('ssm:DescribeParameters', 'ssm:GetParametersByPath', 's3:PutObject /apps/'),
    prepare: async (world) => {
      await pushWithSecret(world)
      await kept(world, 'secrets').set({ name: 'KEY' }, 'a secret')
      await kept(world, 'env').set({ name: 'LEVEL' }, `debug ${Date.now()}`)
    },
    run: async (world) => {
      await world.invoke('plan-deploy', {
        app: PROBE,
        release: 0,
        execution: PROBE,
        purpose: 'deploy',
        replaceData: [],
        restore: {},
      })
    },
    tidy: async (world) => {
      for (const kind of ['secrets', 'env'] as const) {
        const settings = kept(world, kind)
        await settings.remove(await settings.list())
      }
      await world.takeImage()
      await world.bundles.point(PROBE, world.probe)
      await world.plan()
    },
  },
]
