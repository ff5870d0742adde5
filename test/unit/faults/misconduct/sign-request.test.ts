import { describe, expect, test } from 'vitest'
import { signRequestSchema } from '../../../../src/faults/misbehaviour/sign-request.ts'

const root = (digits: string) => `0x${digits.repeat(32)}`
const signingRoot = root('5a')
const fork_info = {
  fork: { previous_version: '0x01000000', current_version: '0x02000000', epoch: '3' },
  genesis_validators_root: root('77'),
}
const domains = {
  previousVersion: '0x01000000',
  currentVersion: '0x02000000',
  epoch: 3,
  genesisValidatorsRoot: root('77'),
}
const header = { block_header: { slot: '17' } }
const attestation = {
  slot: 18,
  index: '0',
  beacon_block_root: root('11'),
  source: { epoch: '1', root: root('22') },
  target: { epoch: '2', root: root('33') },
}

describe('a request to sign', () => {
  test('tells the slot of a block, by number or text', () => {
    const request = { type: 'BLOCK_V2', signingRoot, fork_info, beacon_block: header }
    const message = { kind: 'block', slot: 17, domains }
    expect(signRequestSchema.parse(request)).toEqual({ type: 'BLOCK_V2', signingRoot, message })
  })

  test('tells all of a vote', () => {
    const request = { type: 'ATTESTATION', signing_root: signingRoot, fork_info, attestation }
    const data = {
      slot: 18,
      index: 0,
      beaconBlockRoot: root('11'),
      source: { epoch: 1, root: root('22') },
      target: { epoch: 2, root: root('33') },
    }
    const message = { kind: 'vote', slot: 18, domains, data }
    expect(signRequestSchema.parse(request)).toEqual({ type: 'ATTESTATION', signingRoot, message })
  })

  test('tells nothing of other messages', () => {
    const request = { type: 'RANDAO_REVEAL', signingRoot, randao_reveal: { epoch: '4' } }
    expect(signRequestSchema.parse(request)).toEqual({ type: 'RANDAO_REVEAL', signingRoot })
  })

  test.each([
    undefined,
    { type: 'BLOCK_V2', beacon_block: header, fork_info },
    { type: 'BLOCK_V2', signingRoot: '0x12' },
    { type: 'BLOCK_V2', signingRoot, beacon_block: header },
    { type: 'ATTESTATION', signingRoot, fork_info, attestation: { ...attestation, slot: '-1' } },
    { type: 'ATTESTATION', signingRoot, attestation },
  ])('%j is none', (body) => {
    expect(signRequestSchema.safeParse(body).success).toBe(false)
  })
})
