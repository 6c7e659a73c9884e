import type { MadeImage } from '../workload.ts'

/** Python's images have a link for a program, with which Nanos starts nothing: it gets a file of its own. */
export function pythonAsFile(image: MadeImage): MadeImage {
  const copy =
    "import os, shutil; shutil.copy(os.path.realpath('/usr/local/bin/python3'), '/usr/local/bin/python-program')"
  const lines = `# The program must be a file, and Python's is a link.\nUSER 0\nRUN ["/usr/local/bin/python3", "-c", "${copy}"]\n`
  return {
    ...image,
    dockerfile: `${image.dockerfile}${lines}`,
    program: '/usr/local/bin/python-program',
    env: new Map([...image.env, ['PYTHONHOME', '/usr/local']]),
  }
}
