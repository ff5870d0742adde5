import { paramsBlock } from '@ethereumjs/block'
import { Common, type CommonOpts } from '@ethereumjs/common'
import { paramsEVM } from '@ethereumjs/evm'
import { paramsTx } from '@ethereumjs/tx'
import { paramsVM } from '@ethereumjs/vm'

/**
 * The library's chain rules at one hard fork, never to change again.
 *
 * The library lets any holder switch a Common to another fork, and so copies it, and re-derives its tables
 * of parameters, for each header and each transaction: most of the time and memory of a small block. A
 * Common that cannot change needs no copies.
 */
export class FixedCommon extends Common {
  readonly #isSealed: true

  constructor(options: CommonOpts & { hardfork: string }) {
    super(options)
    for (const params of [paramsBlock, paramsTx, paramsVM, paramsEVM]) super.updateParams(params)
    this.#isSealed = true
  }

  /** Lower-case address whose deposit events count (EIP-6110). */
  get depositContractAddress(): string | undefined {
    return this._chainParams.depositContractAddress?.toLowerCase()
  }

  override copy(): Common {
    return this
  }

  /** The parameters of all packages are there already. */
  override updateParams(): void {}

  override setHardfork(hardfork: string): void {
    // The base class's constructor calls this too, when the private field is not there yet.
    if (!(#isSealed in this)) super.setHardfork(hardfork)
    else if (hardfork !== this.hardfork()) {
      throw new TypeError(
        `These are the rules of ${this.hardfork()}; they cannot become those of ${hardfork}.`,
      )
    }
  }
}
