import { routes } from '@lodestar/api'
import { createChainForkConfig, defaultChainConfig } from '@lodestar/config'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parameterKinds, readParameters, readUint } from '../../../../src/embedded/api/http/parameters.ts'

const { uint, uintRequired, uintArray, stringArray, uintOrStringArray, string, boolean } = parameterKinds

function read(kinds: Record<string, number>, query: string) {
  const values = new URLSearchParams(query)
  return readParameters(kinds, (name) => values.getAll(name))
}

function refusal(kinds: Record<string, number>, query: string): { status: number; message: string } {
  try {
    read(kinds, query)
  } catch (error) {
    const { status, message } = error as { status: number; message: string }
    return { status, message }
  }
  throw new Error(`${query} was not refused`)
}

test('are of the kinds that their names say', () => {
  const kinds = {
    slot: uint,
    epoch: uintRequired,
    indices: uintArray,
    status: stringArray,
    flag: boolean,
    name: string,
  }
  expect(read(kinds, 'slot=7&epoch=0&indices=1,2&indices=3&status=a&flag=true&name=x&other=1')).toEqual({
    slot: 7,
    epoch: 0,
    indices: [1, 2, 3],
    status: ['a'],
    flag: true,
    name: 'x',
  })
  expect(read(kinds, 'epoch=1')).toEqual({ epoch: 1 })
})

describe('are refused by name', () => {
  test.each([
    [{ slot: uint }, 'slot=-1', 400, 'slot'],
    [{ slot: uint }, 'slot=', 400, 'slot'],
    [{ slot: uint }, 'slot=1&slot=2', 400, 'slot'],
    [{ slot: uintRequired }, '', 400, 'slot'],
    [{ indices: uintArray }, 'indices=1,x', 400, 'indices'],
    [{ flag: boolean }, 'flag=yes', 400, 'flag'],
    [{ parent_root: string }, `parent_root=0x${'0'.repeat(63)}`, 400, 'parent_root'],
    [{ parent_root: string }, `parent_root=${'0'.repeat(66)}`, 400, 'parent_root'],
    [{ name: string }, `name=${'a'.repeat(257)}`, 400, 'name'],
    [{ id: uintOrStringArray }, `id=${'1,'.repeat(64)}`, 414, 'id'],
  ])('%j %s', (kinds, query, status, named) => {
    expect(refusal(kinds, query)).toEqual({ status, message: expect.stringContaining(named) })
  })
})

test('whole numbers are read as they are written, or refused', () => {
  fc.assert(
    fc.property(fc.oneof(fc.maxSafeNat().map(String), fc.string(), fc.double().map(String)), (text) => {
      const expected = /^\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined
      let value: number | undefined
      try {
        value = readUint('slot', text)
      } catch (error) {
        expect(error).toMatchObject({ status: 400 })
      }
      expect(value).toBe(text.length > 20 ? undefined : expected)
    }),
  )
})

test('the kinds are those of the library', () => {
  const config = createChainForkConfig(defaultChainConfig)
  const beacon = routes.beacon.getDefinitions(config)
  const validator = routes.validator.getDefinitions(config)
  const events = routes.events.getDefinitions(config)
  const kinds = parameterKinds
  expect(beacon.getStateValidators.req.schema).toEqual({
    params: { state_id: kinds.stringRequired },
    query: { id: kinds.uintOrStringArray, status: kinds.stringArray },
  })
  expect(beacon.getBlockHeaders.req.schema.query).toEqual({ slot: kinds.uint, parent_root: kinds.string })
  expect(beacon.getBlobSidecars.req.schema.query).toEqual({ indices: kinds.uintArray })
  expect(beacon.postStateValidators.req.schema.body).toBe(kinds.object)
  expect(beacon.submitPoolAttestationsV2.req.schema.body).toBe(kinds.objectArray)
  expect(validator.getProposerDuties.req.schema.params).toEqual({ epoch: kinds.uintRequired })
  expect(validator.produceBlockV3.req.schema.query.strict_fee_recipient_check).toBe(kinds.boolean)
  expect(events.eventstream.req.schema.query).toEqual({ topics: kinds.stringArrayRequired })
})
