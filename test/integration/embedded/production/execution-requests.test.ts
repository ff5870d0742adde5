import { type electra, ssz } from '@lodestar/types'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeExecutionRequests } from '../../../../src/embedded/production/execution-requests.ts'

const deposit = { ...ssz.electra.DepositRequest.defaultValue(), amount: 32, index: 7n }
const withdrawal = { ...ssz.electra.WithdrawalRequest.defaultValue(), amount: 5n }
const consolidation = ssz.electra.ConsolidationRequest.defaultValue()

const encoded = {
  deposits: Uint8Array.of(0, ...ssz.electra.DepositRequests.serialize([deposit, deposit])),
  withdrawals: Uint8Array.of(1, ...ssz.electra.WithdrawalRequests.serialize([withdrawal])),
  consolidations: Uint8Array.of(2, ...ssz.electra.ConsolidationRequests.serialize([consolidation])),
}

describe('execution requests', () => {
  test('decode by kind', () => {
    expect(decodeExecutionRequests([encoded.deposits, encoded.withdrawals, encoded.consolidations])).toEqual({
      deposits: [deposit, deposit],
      withdrawals: [withdrawal],
      consolidations: [consolidation],
    })
    expect(decodeExecutionRequests([encoded.withdrawals])).toEqual({
      deposits: [],
      withdrawals: [withdrawal],
      consolidations: [],
    })
    expect(decodeExecutionRequests([])).toEqual(ssz.electra.ExecutionRequests.defaultValue())
  })

  test('are refused when they are empty, unknown, repeated or out of order', () => {
    const { deposits, withdrawals } = encoded
    const bad = [
      [Uint8Array.of()],
      [Uint8Array.of(0)],
      [Uint8Array.of(3, 1)],
      [deposits, deposits],
      [withdrawals, deposits],
    ]
    for (const requests of bad) expect(() => decodeExecutionRequests(requests)).toThrow(RangeError)
    expect(() => decodeExecutionRequests([deposits.subarray(0, -1)])).toThrow()
  })

  test('of any bytes are refused, or are exactly what was given', () => {
    const anything = fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 4 })
    const likely = fc.tuple(
      fc.uint8Array({ minLength: 76, maxLength: 76 }).map((bytes) => Uint8Array.of(1, ...bytes)),
      fc.uint8Array({ minLength: 115, maxLength: 117 }).map((bytes) => Uint8Array.of(2, ...bytes)),
    )
    let decodedCount = 0
    fc.assert(
      fc.property(fc.oneof(anything, likely), (requests) => {
        const decoded = attempt(() => decodeExecutionRequests(requests))
        if (decoded === undefined) return
        decodedCount += 1
        expect(encode(decoded)).toEqual(requests)
      }),
    )
    expect(decodedCount).toBeGreaterThan(0)
  })
})

function encode({ deposits, withdrawals, consolidations }: electra.ExecutionRequests): Uint8Array[] {
  return [
    Uint8Array.of(0, ...ssz.electra.DepositRequests.serialize(deposits)),
    Uint8Array.of(1, ...ssz.electra.WithdrawalRequests.serialize(withdrawals)),
    Uint8Array.of(2, ...ssz.electra.ConsolidationRequests.serialize(consolidations)),
  ].filter(({ length }) => length > 1)
}

function attempt<Value>(make: () => Value): Value | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}
