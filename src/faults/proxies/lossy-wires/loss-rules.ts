/** Shares of packets that get lost on a link, 0 to 100, by the direction in which they go. */
export interface Loss {
  readonly forward: number
  readonly backward: number
}

/** The addresses that the two ends of a link have within the namespace. */
export interface LinkAddresses {
  readonly a: string
  readonly b: string
}

export interface LossyAddresses extends LinkAddresses {
  readonly loss: Loss
}

/** Shares are drawn in steps of a ten-thousandth of a per cent. */
const steps = 1_000_000

/**
 * The rules of the namespace, as `nft -f` takes them: all at once they replace those that there are.
 * Packets are dropped as they arrive, not as they are sent, since a sender is told of what its own side drops.
 * A packet is any of the connections between two addresses: data, and the acknowledgements of what the other
 * direction carries.
 */
export function lossRules(links: readonly LossyAddresses[]): string {
  const rules = links.flatMap(({ a, b, loss }) => [
    ...ruleFor(a, b, loss.forward),
    ...ruleFor(b, a, loss.backward),
  ])
  return [
    // Made first, so that there is one to be deleted.
    'table ip loss',
    'delete table ip loss',
    'table ip loss {',
    'chain arriving {',
    'type filter hook input priority 0',
    ...rules,
    '}',
    '}',
    '',
  ].join('\n')
}

function ruleFor(from: string, to: string, percent: number): string[] {
  if (percent === 0) return []
  const lost = percent === 100 ? steps : Math.min(Math.max(Math.round((percent / 100) * steps), 1), steps - 1)
  const chance = lost === steps ? '' : `numgen random mod ${steps} < ${lost} `
  return [`ip saddr ${from} ip daddr ${to} counter ${chance}counter drop`]
}
