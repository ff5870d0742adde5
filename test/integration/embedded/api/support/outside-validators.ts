import {
  DOMAIN_AGGREGATE_AND_PROOF,
  DOMAIN_CONTRIBUTION_AND_PROOF,
  DOMAIN_SELECTION_PROOF,
  DOMAIN_SYNC_COMMITTEE_SELECTION_PROOF,
  SYNC_COMMITTEE_SUBNET_SIZE,
} from '@lodestar/params'
import {
  computeSigningRoot,
  isAggregatorFromCommitteeLength,
  isSyncCommitteeAggregator,
} from '@lodestar/state-transition'
import { ssz } from '@lodestar/types'
import type { Hono } from 'hono'
import { expect } from 'vitest'
import type { Manifest } from '../../../../../src/plan/manifest.ts'
import { TestSigner } from '../../support/test-signer.ts'
import type { ApiNetwork } from './api-network.ts'
import { getData, postJson, readJson } from './test-api.ts'

const version = { 'eth-consensus-version': 'fulu' }
const slotsPerEpoch = 8

/** A validator client for all validators that knows nothing but a node's API and its keys. Fulu only. */
export class OutsideValidators {
  readonly #api: Hono
  readonly #signer: TestSigner
  readonly #indices: readonly string[]

  constructor({ api, config }: ApiNetwork, manifest: Manifest) {
    this.#api = api
    this.#signer = new TestSigner(config, manifest)
    this.#indices = Array.from({ length: manifest.validators.count }, (_, index) => String(index))
  }

  /** Produces and publishes the block of a slot. @returns its root */
  async propose(slot: number): Promise<string> {
    const { produced } = await this.produce(slot)
    const message = ssz.fulu.BeaconBlock.fromJson(produced.data.block)
    const signature = hex(this.#signer.block('fulu' as never, message))
    const { block, ...blobs } = produced.data
    const body = { signed_block: { message: block, signature }, ...blobs }
    await this.#post('/eth/v2/beacon/blocks', body)
    return hex(ssz.fulu.BeaconBlock.hashTreeRoot(message))
  }

  async produce(slot: number) {
    const epoch = Math.floor(slot / slotsPerEpoch)
    const duties = await getData(this.#api, `/eth/v1/validator/duties/proposer/${epoch}`)
    const duty = duties.find((one: { slot: string }) => one.slot === String(slot))
    const reveal = hex(this.#signer.randaoReveal(Number(duty.validator_index), slot))
    const graffiti = `0x${'fe'.repeat(32)}`
    const path = `/eth/v3/validator/blocks/${slot}?randao_reveal=${reveal}&graffiti=${graffiti}`
    const answer = await this.#api.request(path)
    const { body: produced } = await readJson(answer)
    return { produced, headers: answer.headers, duty }
  }

  /** All attest, and those who are chosen send aggregates. @returns how many of each */
  async attest(slot: number): Promise<{ attestations: number; aggregates: number }> {
    const path = `/eth/v1/validator/duties/attester/${Math.floor(slot / slotsPerEpoch)}`
    const { data: duties } = await this.#post(path, this.#indices)
    const now = duties.filter((duty: { slot: string }) => duty.slot === String(slot))
    const dataJson = await getData(
      this.#api,
      `/eth/v1/validator/attestation_data?slot=${slot}&committee_index=0`,
    )
    const data = ssz.phase0.AttestationData.fromJson(dataJson)
    const attestations = now.map((duty: AttesterDuty) => ({
      committee_index: duty.committee_index,
      attester_index: duty.validator_index,
      data: dataJson,
      signature: hex(this.#signer.sign(Number(duty.validator_index), this.#signer.attestationRoot(data))),
    }))
    await this.#post('/eth/v2/beacon/pool/attestations', attestations)
    const root = hex(ssz.phase0.AttestationData.hashTreeRoot(data))
    const aggregates = []
    for (const duty of now) {
      const aggregate = await this.#aggregate(duty, root)
      if (aggregate !== undefined) aggregates.push(aggregate)
    }
    await this.#post('/eth/v2/validator/aggregate_and_proofs', aggregates)
    return { attestations: attestations.length, aggregates: aggregates.length }
  }

  async #aggregate(duty: AttesterDuty, dataRoot: string): Promise<unknown> {
    const [index, slot] = [Number(duty.validator_index), Number(duty.slot)]
    const proof = this.#sign(index, ssz.Slot, slot, DOMAIN_SELECTION_PROOF, slot)
    if (!isAggregatorFromCommitteeLength(Number(duty.committee_length), proof)) return undefined
    const query = `attestation_data_root=${dataRoot}&slot=${slot}&committee_index=${duty.committee_index}`
    const aggregateJson = await getData(this.#api, `/eth/v2/validator/aggregate_attestation?${query}`)
    const type = ssz.electra.AggregateAndProof
    const aggregate = ssz.electra.Attestation.fromJson(aggregateJson)
    const message = { aggregatorIndex: index, aggregate, selectionProof: proof }
    return {
      message: type.toJson(message),
      signature: hex(this.#sign(index, type, message, DOMAIN_AGGREGATE_AND_PROOF, slot)),
    }
  }

  /** The sync committee signs a block, and those who are chosen send contributions. @returns how many */
  async signForSyncCommittee(slot: number, blockRoot: string): Promise<number> {
    const path = `/eth/v1/validator/duties/sync/${Math.floor(slot / slotsPerEpoch)}`
    const { data: duties } = await this.#post(path, this.#indices)
    const messages = duties.map(({ validator_index: index }: SyncDuty) => ({
      slot: String(slot),
      beacon_block_root: blockRoot,
      validator_index: index,
      signature: hex(this.#signer.sign(Number(index), this.#signer.syncMessageRoot(slot, blockRoot))),
    }))
    await this.#post('/eth/v1/beacon/pool/sync_committees', messages)
    const contributions = []
    for (const { validator_index: index, validator_sync_committee_indices: seats } of duties as SyncDuty[]) {
      for (const subcommittee of new Set(
        seats.map((seat) => Math.floor(Number(seat) / SYNC_COMMITTEE_SUBNET_SIZE)),
      )) {
        const contribution = await this.#contribution(Number(index), slot, subcommittee, blockRoot)
        if (contribution !== undefined) contributions.push(contribution)
      }
    }
    await this.#post('/eth/v1/validator/contribution_and_proofs', contributions)
    return contributions.length
  }

  async #contribution(index: number, slot: number, subcommitteeIndex: number, blockRoot: string) {
    const selection = { slot, subcommitteeIndex }
    const type = ssz.altair.SyncAggregatorSelectionData
    const proof = this.#sign(index, type, selection, DOMAIN_SYNC_COMMITTEE_SELECTION_PROOF, slot)
    if (!isSyncCommitteeAggregator(proof)) return undefined
    const query = `slot=${slot}&subcommittee_index=${subcommitteeIndex}&beacon_block_root=${blockRoot}`
    const contributionJson = await getData(
      this.#api,
      `/eth/v1/validator/sync_committee_contribution?${query}`,
    )
    const contribution = ssz.altair.SyncCommitteeContribution.fromJson(contributionJson)
    const message = { aggregatorIndex: index, contribution, selectionProof: proof }
    const { ContributionAndProof } = ssz.altair
    return {
      message: ContributionAndProof.toJson(message),
      signature: hex(this.#sign(index, ContributionAndProof, message, DOMAIN_CONTRIBUTION_AND_PROOF, slot)),
    }
  }

  #sign<Value>(
    index: number,
    type: { hashTreeRoot(value: Value): Uint8Array },
    value: Value,
    domainType: Uint8Array,
    slot: number,
  ): Uint8Array {
    const root = computeSigningRoot(type as never, value, this.#signer.domain(domainType, slot))
    return this.#signer.sign(index, root)
  }

  async #post(path: string, body: unknown) {
    const answer = await postJson(this.#api, path, body, version)
    expect({ path, status: answer.status, body: answer.body?.failures }).toEqual({
      path,
      status: 200,
      body: undefined,
    })
    return answer.body
  }
}

interface AttesterDuty {
  readonly validator_index: string
  readonly committee_index: string
  readonly committee_length: string
  readonly slot: string
}

interface SyncDuty {
  readonly validator_index: string
  readonly validator_sync_committee_indices: readonly string[]
}

export function hex(value: Uint8Array): string {
  return `0x${Buffer.from(value).toString('hex')}`
}
