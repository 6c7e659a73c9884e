import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FolderPictures } from '../../../apps/photos/storage/folder-pictures.ts'
import { picturesContract } from './pictures.ts'

picturesContract('in a folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pictures-'))
  return {
    pictures: new FolderPictures(folder),
    everything: async () => {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true })
      const files = entries.filter((entry) => entry.isFile())
      return files.map(({ parentPath, name }) => join(parentPath, name)).sort()
    },
    stop: () => rm(folder, { recursive: true, force: true }),
  }
})
