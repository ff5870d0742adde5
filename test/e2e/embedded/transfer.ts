import type { Network, Node } from 'eth-localnet'
import { createPublicClient, type Hash, type Hex, http, parseEther } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

/** Where the tests' money goes. */
export const recipient = '0x00000000000000000000000000000000000000aa'

export function publicClient({ execution }: Node) {
  return createPublicClient({ transport: http(execution.rpcUrl) })
}

/** A signed payment of one ether from a prefunded account: the same bytes each time. */
export async function signedTransfer(
  { accounts, chain }: Pick<Network, 'accounts' | 'chain'>,
  { from = 0, nonce = 0 } = {},
): Promise<Hex> {
  const account = accounts[from]
  if (account === undefined) throw new Error(`there is no account ${from}`)
  return privateKeyToAccount(account.privateKey).signTransaction({
    to: recipient,
    value: parseEther('1'),
    chainId: chain.chainId,
    nonce,
    gas: 21_000n,
    maxFeePerGas: 10_000_000_000n,
    maxPriorityFeePerGas: 1_000_000_000n,
  })
}

export function sendRaw(node: Node, serializedTransaction: Hex): Promise<Hash> {
  return publicClient(node).sendRawTransaction({ serializedTransaction })
}
