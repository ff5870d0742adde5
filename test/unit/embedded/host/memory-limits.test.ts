import { expect, test } from 'vitest'
import { memoryLimits } from '../../../../src/embedded/host/memory-limits.ts'
import { planNetwork } from '../../../../src/network/start-network.ts'

function limitsOf(nodes: number, validators: number) {
  return memoryLimits(planNetwork({ nodes, validators, topology: { kind: 'random', degree: 3 }, seed: 1 }))
}

test('a small network gets little room for young objects, and its garbage is held to little more than lives', () => {
  expect(limitsOf(4, 64)).toEqual({ maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 688 })
})

test('more nodes and more validators get more room, up to a bound', () => {
  expect(limitsOf(64, 1024)).toEqual({ maxYoungGenerationSizeMb: 64, maxOldGenerationSizeMb: 1408 })
  expect(limitsOf(100, 16_000)).toEqual({ maxYoungGenerationSizeMb: 96, maxOldGenerationSizeMb: 4096 })
})
