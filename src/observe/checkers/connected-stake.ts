interface Member {
  readonly name: string
  /** Validators that vote. */
  readonly votes: number
}

/** The groups that nodes form by the pairs that are connected. */
function groupsOf(names: readonly string[], pairs: readonly (readonly [string, string])[]): string[][] {
  const parent = new Map(names.map((name) => [name, name]))
  const find = (name: string): string => {
    const above = parent.get(name) ?? name
    return above === name ? name : find(above)
  }
  for (const [a, b] of pairs) if (parent.has(a) && parent.has(b)) parent.set(find(a), find(b))
  const groups = new Map<string, string[]>()
  for (const name of names) groups.set(find(name), [...(groups.get(find(name)) ?? []), name])
  return [...groups.values()]
}

export interface Connectedness {
  /** Votes of the group that has most of them. */
  readonly votesConnected: number
  /** Whether all are in one group. */
  readonly isWhole: boolean
}

export function connectedness(
  members: readonly Member[],
  pairs: readonly (readonly [string, string])[],
): Connectedness {
  const votes = new Map(members.map((member) => [member.name, member.votes]))
  const groups = groupsOf([...votes.keys()], pairs)
  const votesOf = (group: readonly string[]) => group.reduce((sum, name) => sum + (votes.get(name) ?? 0), 0)
  return { votesConnected: Math.max(0, ...groups.map(votesOf)), isWhole: groups.length === 1 }
}
