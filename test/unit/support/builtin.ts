import { syncBuiltinESMExports } from 'node:module'
import { afterEach, beforeEach } from 'vitest'

/**
 * Replaces exports of one of Node's own modules in every test of the file, also for those who import them
 * by name. Test files share one module registry, in which `vi.mock` comes too late for whatever another
 * file has imported already, and would stay for the files after.
 */
export function useBuiltin<Module extends object>(module: Module, replacements: Partial<Module>): void {
  const names = Object.keys(replacements) as (keyof Module)[]
  const originals = Object.fromEntries(names.map((name) => [name, module[name]])) as Partial<Module>
  const put = (exports: Partial<Module>) => {
    Object.assign(module, exports)
    syncBuiltinESMExports()
  }
  beforeEach(() => put(replacements))
  afterEach(() => put(originals))
}
