import { testManifest } from '../../support/test-manifest.ts'

/** A network at each fork. They have the same constants, so any of them activates those of all. */
export const forkManifests = (['deneb', 'electra', 'fulu'] as const).map(
  (fork) => [fork, testManifest({ forks: { [fork]: 0 } })] as const,
)

export const forkChain = testManifest().chain
