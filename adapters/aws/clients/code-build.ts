import { CodeBuildClient } from '@aws-sdk/client-codebuild'
import { type ClientSettings, patient } from './settings.ts'

export const codeBuild = (own: ClientSettings = {}) => new CodeBuildClient({ ...patient, ...own })
