/** Packages the control plane of stage `dev` without contacting AWS: `node scripts/package.ts <folder>`. */

import { runServerless } from '../local/serverless.ts'
import { readSettings } from '../local/settings.ts'

const [folder = ''] = process.argv.slice(2)
if (folder === '') throw new Error('usage: node scripts/package.ts <folder>')
const args = ['package', '--stage', 'dev', '--package', folder]
process.exitCode = (await runServerless(args, readSettings(), { log: 'inherit' })) ?? 1
