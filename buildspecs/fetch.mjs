#!/usr/bin/env node
// @ts-check
/** `node fetch.mjs <bucket> <key> <file>`: writes an object from a bucket to a file. */
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { BuildFailure, runScript } from './failure.mjs'
import { importFrom } from './modules.mjs'

await runScript(async () => {
  const [bucket, key, file] = process.argv.slice(2)
  if (!bucket || !key || !file) throw new BuildFailure('usage: node fetch.mjs <bucket> <key> <file>')
  const { GetObjectCommand, S3Client } = await importFrom('@aws-sdk/client-s3', [
    fileURLToPath(new URL('..', import.meta.url)),
  ])
  const client = new S3Client({ forcePathStyle: true })
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    await writeFile(file, Body)
  } catch (error) {
    throw new BuildFailure(`s3://${bucket}/${key} cannot be read`, { cause: error })
  }
})
