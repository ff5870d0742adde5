import type { Hex } from '../../../../../src/plan/manifest.ts'

const hex = (text: string): Hex => `0x${text.replaceAll(' ', '')}`

/** Creation code that deploys the given runtime code. */
export function deploying(runtime: Hex): Hex {
  const length = ((runtime.length - 2) / 2).toString(16).padStart(4, '0')
  return hex(`61${length} 80 600c 6000 39 6000 f3 ${runtime.slice(2)}`)
}

/** Adds 1 to slot 0 and emits an anonymous log with topic 0xab…ab and the word 0x2a. */
export const counter = hex(`6000 54 6001 01 6000 55  602a 6000 52  7f ${'ab'.repeat(32)} 6020 6000 a1  00`)
export const counterTopic: Hex = `0x${'ab'.repeat(32)}`

/** Reverts with Error("no"). */
export const refuser = hex(
  `7f 08c379a0 ${'00'.repeat(28)} 6000 52  6020 6004 52  6002 6024 52  7f 6e6f ${'00'.repeat(30)} 6044 52  6064 6000 fd`,
)

/** Returns the hashes of the two blocks before, PREVRANDAO, the base fee and the blob base fee. */
export const environment = hex(
  '6001 43 03 40 6000 52  6002 43 03 40 6020 52  44 6040 52  48 6060 52  4a 6080 52  60a0 6000 f3',
)

/** Stores what `environment` returns in slots 1 to 3. */
export const environmentKeeper = hex('6001 43 03 40 6001 55  6002 43 03 40 6002 55  44 6003 55  00')

export const withdrawalRequests: Hex = '0x00000961ef480eb55e80d19ad83579a64c007002'
export const consolidationRequests: Hex = '0x0000bbddc7ce488642fb579f8b00f3a590007251'
export const beaconRoots: Hex = '0x000f3df6d732807ef1319fb7b8bb8522d0beac02'
export const depositContract: Hex = '0x4242424242424242424242424242424242424242'
