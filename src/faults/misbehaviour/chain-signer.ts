import { SecretKey } from '@chainsafe/blst'
import { z } from 'zod'
import type { BeaconApi } from '../../apis/beacon-api.ts'
import type { RequestOptions } from '../../apis/http-json.ts'
import { bytesToHex } from '../../genesis/hex.ts'
import { validatorSecretKeys } from '../../genesis/validator-keys.ts'
import type { ValidatorKeySource } from '../../plan/manifest.ts'
import {
  type AttestationData,
  attestationDataRoot,
  type BeaconBlockHeader,
  blockHeaderRoot,
  domainTypes,
  signingRoot,
  uint64,
} from './signing-roots.ts'

const version = z.string().regex(/^0x[0-9a-f]{8}$/i)
const forkSchema = z.object({
  data: z.object({
    previous_version: version,
    current_version: version,
    epoch: z.string().regex(/^\d+$/).transform(Number),
  }),
})

/** What the domains of a chain are made of at some moment: `Fork` and `genesis_validators_root`. */
export interface ChainDomains {
  readonly previousVersion: string
  readonly currentVersion: string
  /** From which on the current version counts. */
  readonly epoch: number
  readonly genesisValidatorsRoot: string
}

/** As the head's state of a node has them. */
export async function chainDomains(api: BeaconApi, options?: RequestOptions): Promise<ChainDomains> {
  const { data } = await api.get('/eth/v1/beacon/states/head/fork', forkSchema, options)
  const { genesisValidatorsRoot } = await api.genesis(options)
  const { previous_version: previousVersion, current_version: currentVersion, epoch } = data
  return { previousVersion, currentVersion, epoch, genesisValidatorsRoot }
}

/**
 * Signs with a validator's key whatever it is given, slashable or not: we hold every key of the network.
 * Signatures are 96 bytes in hex.
 */
export class ChainSigner {
  readonly #secretKey: SecretKey
  readonly #domains: ChainDomains

  constructor(secretKey: SecretKey, domains: ChainDomains) {
    this.#secretKey = secretKey
    this.#domains = domains
  }

  static ofValidator(keys: ValidatorKeySource, validatorIndex: number, domains: ChainDomains): ChainSigner {
    const [bytes = new Uint8Array(32)] = validatorSecretKeys(keys, validatorIndex, 1)
    return new ChainSigner(SecretKey.fromBytes(bytes), domains)
  }

  signHeader(header: BeaconBlockHeader, slotsPerEpoch: number): string {
    const epoch = Math.floor(header.slot / slotsPerEpoch)
    return this.#sign(blockHeaderRoot(header), domainTypes.proposer, epoch)
  }

  signAttestation(data: AttestationData): string {
    return this.#sign(attestationDataRoot(data), domainTypes.attester, data.target.epoch)
  }

  /** The `randao_reveal` of a proposer's blocks in an epoch. */
  signRandao(epoch: number): string {
    return this.#sign(uint64(epoch), domainTypes.randao, epoch)
  }

  #sign(objectRoot: Buffer, type: number, epoch: number): string {
    const { currentVersion, previousVersion, genesisValidatorsRoot, epoch: forkEpoch } = this.#domains
    const forkVersion = epoch >= forkEpoch ? currentVersion : previousVersion
    const root = signingRoot(objectRoot, { type, forkVersion, genesisValidatorsRoot })
    return bytesToHex(this.#secretKey.sign(root).toBytes())
  }
}
