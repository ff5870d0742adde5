import { setHasher } from '@chainsafe/persistent-merkle-tree'
import { hasher } from '@chainsafe/persistent-merkle-tree/hasher/as-sha256'
import { PresetName, setActivePreset } from '@lodestar/params/setPreset'
import type { VectorCase } from './find-cases.ts'

/** Must run before any other `@lodestar` module is loaded; one preset for a process. */
export function activateVectorPreset(preset: VectorCase['preset']): void {
  setHasher(hasher)
  setActivePreset(PresetName[preset])
}
