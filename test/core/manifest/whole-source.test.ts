import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from '@jest/globals'
import { RepositoryFiles } from '../../../adapters/sources/repository-files.ts'
import { sourceArchive } from '../../../adapters/sources/source-archive.ts'
import { parseManifest } from '../../../core/manifest/manifest.ts'
import { imageFiles, isWanted } from '../../../core/manifest/source-files.ts'

const files = (content: Record<string, string>) =>
  new RepositoryFiles(
    Object.entries(content).map(([path, text]) => ({ path, content: Buffer.from(text), executable: false })),
  )

describe('a whole repository as a source', () => {
  const whole = (ignore: string[] = []) =>
    parseManifest(
      `app: web\nservices:\n  web: {source: ., ignore: ${JSON.stringify(ignore)}}\n  api: {source: api}\n`,
      'app.yml',
    )
  const tree = {
    'nanofleet.yml': '',
    'package.json': '{}',
    'server.js': '',
    'src/a.js': '',
    'docs/a.md': '',
    'api/go.mod': '',
    'api/notes.md': '',
    'node_modules/x/index.js': '',
    'images/web/web/config.json': '',
    'images/web/api/config.json': '',
    'images/other/app.yml': '',
    'buildspecs/compile.mjs': '',
  }
  const sources = (ignore?: string[], more: Record<string, string> = {}) =>
    imageFiles(whole(ignore), 'web', files({ ...tree, ...more }).texts)

  it('is in its image without what is ours, and without what it ignores', () => {
    const ours = ['buildspecs/compile.mjs', 'images/web/web/config.json']
    expect(sources()).toEqual(
      [...ours, 'api/go.mod', 'api/notes.md', 'docs/a.md', 'package.json', 'server.js', 'src/a.js'].sort(),
    )
    expect(sources(['docs', 'api'])).toEqual([...ours, 'package.json', 'server.js', 'src/a.js'])
    expect(sources(['*', '!src', '!*.json'])).toEqual([...ours, 'package.json', 'src/a.js'])
    expect(sources(['!docs'], { '.dockerignore': '# all\n/docs/\napi\n' })).toEqual(sources(['api']))
  })

  it('is in a folder of the archive, beside what is ours', async () => {
    const archive = async (service: string) =>
      gunzipSync(await sourceArchive(whole(), service, files(tree)).pack()).toString('latin1')
    expect(await archive('web')).toMatch(/source\/package\.json/)
    expect(await archive('web')).not.toMatch(/(?<!source\/)server\.js/)
    expect(await archive('web')).toMatch(/(?<!source\/)buildspecs\/compile\.mjs/)
    expect(await archive('api')).not.toContain('source/')
  })

  it('is not read where every service leaves it out', () => {
    const ignores = new Map([['api/.dockerignore', '*.md']])
    const wanted = isWanted(whole(['docs', 'api']), ignores)
    const paths = [...Object.keys(tree), 'docs/.env', 'api/.dockerignore'].filter(wanted)
    expect(paths).toEqual([
      'package.json',
      'server.js',
      'src/a.js',
      'api/go.mod',
      'node_modules/x/index.js',
      'images/web/web/config.json',
      'images/web/api/config.json',
      'buildspecs/compile.mjs',
      'api/.dockerignore',
    ])
  })
})
