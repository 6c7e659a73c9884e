import type { MadeImage, Probe, Workload } from '../workload.ts'

/** What other apps of the repository have already, and a stage has once. */
export interface Neighbours {
  ports: ReadonlySet<number>
  /** `host/path`. */
  routes: ReadonlySet<string>
  consulNames: ReadonlySet<string>
}

/** A service of the app that is made. */
export interface Planned {
  name: string
  consul: string
  workload: Workload
  image: MadeImage
  port?: number
  /** Ports of the container -> ports of the program here, where they differ. */
  moved: Map<number, number>
  protocol: 'http' | 'grpc' | 'tcp'
  probe?: Probe
  needs: string[]
  /** Variables of user data, and those of the image. */
  env: Map<string, string>
  baked: Map<string, string>
  args: string[]
  instanceType: string
  expose?: { host: string; port: number; path: string; health: string }
}
