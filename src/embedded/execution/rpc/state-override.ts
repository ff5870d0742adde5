import { createAddressFromString } from '@ethereumjs/util'
import type { Hex } from '../../../plan/manifest.ts'
import { hexToBytes } from '../bytes.ts'
import type { JournaledState } from '../state/journaled-state.ts'
import { RpcError } from './rpc-error.ts'
import type { StateOverride } from './schemas.ts'

/** Makes the state of a simulation what its caller pretends it to be. */
export async function applyStateOverride(
  state: JournaledState,
  overrides: StateOverride = {},
): Promise<void> {
  for (const [name, override] of Object.entries(overrides)) {
    const address = createAddressFromString(name as Hex)
    const { balance, nonce, code, state: allSlots, stateDiff } = override
    if (allSlots !== undefined && stateDiff !== undefined) {
      throw new RpcError('server', `account ${name} has both 'state' and 'stateDiff'`)
    }
    await state.modifyAccountFields(address, {
      ...(balance === undefined ? {} : { balance }),
      ...(nonce === undefined ? {} : { nonce }),
    })
    if (code !== undefined) await state.putCode(address, code)
    if (allSlots !== undefined) await state.clearStorage(address)
    for (const [slot, value] of Object.entries(allSlots ?? stateDiff ?? {})) {
      await state.putStorage(address, hexToBytes(slot as Hex), value)
    }
  }
}
