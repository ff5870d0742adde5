import type { Rule } from '../diagnosis.ts'
import { listOf } from '../reading/words.ts'

/** A client lives on a chain with another genesis than the network's. */
export const genesisMismatch: Rule = ({ nodes, chain }) => {
  const different = nodes.flatMap(({ name, clients, consensus: { genesis }, execution: { genesisHash } }) => [
    ...(genesisHash !== undefined && !isSame(genesisHash, chain.executionBlockHash)
      ? [{ name, text: `${name}, ${clients.execution}: block 0 is ${genesisHash}.` }]
      : []),
    ...(genesis !== undefined && !isSame(genesis.validatorsRoot, chain.genesisValidatorsRoot)
      ? [
          {
            name,
            text: `${name}, ${clients.consensus}: genesis_validators_root is ${genesis.validatorsRoot}.`,
          },
        ]
      : []),
    ...(genesis !== undefined && genesis.timeSeconds !== chain.genesisTime
      ? [{ name, text: `${name}, ${clients.consensus}: genesis_time is ${genesis.timeSeconds}.` }]
      : []),
  ])
  if (different.length === 0) return undefined
  const names = [...new Set(different.map(({ name }) => name))]
  return {
    cause: 'genesis-mismatch',
    summary: `${listOf(names)} ${names.length === 1 ? 'has' : 'have'} another genesis than the network.`,
    evidence: [
      ...different.map(({ text }) => text),
      `The network: block 0 is ${chain.executionBlockHash}, genesis_validators_root is ${chain.genesisValidatorsRoot}, genesis_time is ${chain.genesisTime}.`,
    ],
    advice: [
      `Begin anew with \`eth-localnet up --fresh\`, so that all clients are given the same genesis files.`,
      `Or replace ${names.length === 1 ? 'the node' : 'these nodes'}: \`eth-localnet remove ${names[0]}\`, then \`eth-localnet add\`.`,
    ],
  }
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
