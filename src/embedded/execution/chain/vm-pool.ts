import { type EVMMockBlockchainInterface, getActivePrecompiles, type PrecompileFunc } from '@ethereumjs/evm'
import { Address, hexToBytes as fromHex } from '@ethereumjs/util'
import { createVM, type VM } from '@ethereumjs/vm'
import { JournaledState } from '../state/journaled-state.ts'
import { WorldState } from '../state/world-state.ts'
import type { FixedCommon } from './fixed-common.ts'
import type { LazyKzg } from './lazy-kzg.ts'

/**
 * Hash of the block of this number on the branch that is being executed: what the BLOCKHASH instruction
 * asks for, at most 256 blocks back.
 */
export type BlockHashLookup = (blockNumber: bigint) => Uint8Array

/** A virtual machine and the state it works on. */
export interface Machine {
  readonly vm: VM
  readonly state: JournaledState
}

const pointEvaluation = `0x${'00'.repeat(19)}0a` as const

class SwitchableBlockchain implements EVMMockBlockchainInterface {
  lookUp: BlockHashLookup | undefined

  async getBlock(blockNumber: number) {
    const hash = this.lookUp?.(BigInt(blockNumber)) ?? new Uint8Array(32)
    return { hash: () => hash }
  }

  async putBlock(): Promise<void> {}

  shallowCopy(): EVMMockBlockchainInterface {
    return this
  }
}

interface PooledMachine extends Machine {
  readonly blockchain: SwitchableBlockchain
}

/**
 * Virtual machines, kept for reuse: making one builds its instruction table, which takes longer than a
 * small block. As many are kept as ran at the same time.
 */
export class VmPool {
  readonly #kzg: LazyKzg
  readonly #idle = new Map<FixedCommon, PooledMachine[]>()

  constructor(kzg: LazyKzg) {
    this.#kzg = kzg
  }

  /** Runs `work` on a machine of its own, which starts from the given state. */
  async use<Result>(
    common: FixedCommon,
    state: WorldState,
    lookUp: BlockHashLookup,
    work: (machine: Machine) => Promise<Result>,
  ): Promise<Result> {
    const machine = this.#idle.get(common)?.pop() ?? (await this.#create(common))
    machine.state.reset(state)
    machine.blockchain.lookUp = lookUp
    // A machine whose work threw is not kept: what the library leaves behind then is not known.
    const result = await work(machine)
    machine.vm.events.removeAllListeners()
    machine.vm.evm.events?.removeAllListeners()
    machine.vm.evm.journal.cleanJournal()
    machine.state.reset(WorldState.empty)
    machine.blockchain.lookUp = undefined
    const idle = this.#idle.get(common)
    if (idle === undefined) this.#idle.set(common, [machine])
    else idle.push(machine)
    return result
  }

  async #create(common: FixedCommon): Promise<PooledMachine> {
    const state = new JournaledState()
    const blockchain = new SwitchableBlockchain()
    const vm = await createVM({
      common,
      stateManager: state,
      blockchain,
      evmOpts: { customPrecompiles: [this.#loadingPointEvaluation(common)] },
    })
    // A fixed Common never changes its fork, so nobody needs to hear of it, and machines can be freed.
    common.events.removeAllListeners()
    return { vm, state, blockchain }
  }

  /** The library's precompile, after the trusted setup is there. */
  #loadingPointEvaluation(common: FixedCommon) {
    const evaluate = getActivePrecompiles(common).get(pointEvaluation.slice(2)) as PrecompileFunc
    return {
      address: new Address(fromHex(pointEvaluation)),
      function: async (input: Parameters<PrecompileFunc>[0]) => {
        await this.#kzg.load()
        return evaluate(input)
      },
    }
  }
}
