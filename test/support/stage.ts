export { DEV_STAGE as stage } from '../../scripts/sample-stages.ts'
