import type { Hex } from '../plan/manifest.ts'

/** What clients start a chain from. All hashes are of 32 bytes. */
export interface GenesisFiles {
  /** `genesis.json` in Geth's format. */
  readonly executionGenesisJson: string
  /** `config.yaml` of the consensus layer. */
  readonly configYaml: string
  /** `genesis.ssz`: the beacon state of slot 0. */
  readonly genesisSsz: Uint8Array
  readonly executionBlockHash: Hex
  readonly genesisValidatorsRoot: Hex
  readonly genesisStateRoot: Hex
  readonly genesisBlockRoot: Hex
}
