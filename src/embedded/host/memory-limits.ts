import type { ResourceLimits } from 'node:worker_threads'
import type { Manifest } from '../../plan/manifest.ts'

/**
 * Room for the objects of a network's thread, in MB: some ten times what a network that finalizes needs.
 *
 * Most of what a slot allocates is garbage by the next, and there is more of it with more nodes: in too little
 * room for young objects much of it would be moved before it is dropped. And the runtime lets old garbage grow
 * to a multiple of what lives, by a factor that depends on the limit: with none given, a thread of four nodes
 * comes to hold three times what it needs.
 */
export function memoryLimits({ nodes, validators }: Pick<Manifest, 'nodes' | 'validators'>): ResourceLimits {
  return {
    maxYoungGenerationSizeMb: Math.min(96, Math.max(8, nodes.length)),
    maxOldGenerationSizeMb: Math.min(4096, Math.ceil(640 + 8 * nodes.length + validators.count / 4)),
  }
}
