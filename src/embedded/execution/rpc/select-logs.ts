import { Bloom } from '@ethereumjs/vm'
import type { Hex } from '../../../plan/manifest.ts'
import { hexToBytes } from '../bytes.ts'
import type { BlockRecord } from '../chain/block-record.ts'
import { type FormattedLog, formatLog } from './format.ts'

/** Which logs are wanted, whatever the block. */
export interface LogCriteria {
  /** Any of these; all when empty. */
  readonly addresses: readonly Hex[]
  /** At each position any of these; all when empty. */
  readonly topics: readonly (readonly Hex[])[]
}

/** The logs of a block that meet the criteria, in order. */
export function logsOf(record: BlockRecord, criteria: LogCriteria, removed = false): FormattedLog[] {
  // Most blocks have no transactions, and need not be looked into.
  if (record.receipts.length === 0) return []
  if (!mayContain(record.block.header.logsBloom, criteria)) return []
  const logs: FormattedLog[] = []
  let logIndex = 0
  for (const [index, receipt] of record.receipts.entries()) {
    for (const log of receipt.logs) {
      const formatted = formatLog(log, { record, index }, logIndex, removed)
      if (meets(formatted, criteria)) logs.push(formatted)
      logIndex++
    }
  }
  return logs
}

function meets(log: FormattedLog, { addresses, topics }: LogCriteria): boolean {
  if (addresses.length > 0 && !addresses.includes(log.address)) return false
  return topics.every((wanted, position) => {
    const topic = log.topics[position]
    return topic !== undefined && (wanted.length === 0 || wanted.includes(topic))
  })
}

/** Whether the block's bloom filter leaves it possible. */
function mayContain(logsBloom: Uint8Array, { addresses, topics }: LogCriteria): boolean {
  const bloom = new Bloom(logsBloom)
  return [addresses, ...topics].every(
    (wanted) => wanted.length === 0 || wanted.some((value) => bloom.check(hexToBytes(value))),
  )
}
