import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, vi } from 'vitest'

/** Gives every test of the file a state directory and a folder for temporary networks of its own. */
export function useStateHome(): { readonly home: string; readonly folder: string } {
  const place = { home: '', folder: '' }
  let root = ''
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'eth-localnet-test-'))
    place.home = join(root, 'home')
    place.folder = join(root, 'networks')
    vi.stubEnv('ETH_LOCALNET_HOME', place.home)
    vi.stubEnv('TMPDIR', root)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(root, { recursive: true, force: true })
  })
  return place
}
