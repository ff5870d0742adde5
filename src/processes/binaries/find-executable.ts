import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'

/** Why a path cannot be run, or undefined when it can. */
export async function executableProblem(path: string): Promise<string | undefined> {
  try {
    if (!(await stat(path)).isFile()) return 'it is not a file'
    await access(path, constants.X_OK)
    return undefined
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file'
    return code === 'EACCES' ? 'it is not executable for this user' : `it cannot be read (${code})`
  }
}

/** First executable of that name on the PATH. Relative entries are passed over: they mean the current folder. */
export async function findExecutable(
  name: string,
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  for (const directory of (environment.PATH ?? '').split(delimiter)) {
    if (!isAbsolute(directory)) continue
    const path = join(directory, name)
    if ((await executableProblem(path)) === undefined) return path
  }
  return undefined
}
