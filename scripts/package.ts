/** Packages the control plane of stage `dev` without contacting AWS: `node scripts/package.ts <folder>`. */
import { readSettings } from '../local/settings.ts'
import { runServerless } from './demo/serverless.ts'

const [folder = ''] = process.argv.slice(2)
if (folder === '') throw new Error('usage: node scripts/package.ts <folder>')
const args = ['package', '--stage', 'dev', '--package', folder]
process.exitCode = (await runServerless(args, readSettings(), { log: 'inherit' })) ?? 1
