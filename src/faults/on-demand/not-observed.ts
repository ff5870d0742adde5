import { describeViews } from '../../network/errors.ts'
import type { Node } from '../../network/node.ts'
import { viewsOf } from '../../network/views.ts'
import { FaultError } from '../errors.ts'

/** What was to be brought about did not show in time; the message has each node's view. */
export async function notObserved(
  expected: string,
  { nodes, slots }: { nodes: readonly Node[]; slots: number },
): Promise<FaultError> {
  const views = await viewsOf(nodes)
  return new FaultError({
    code: 'fault-not-observed',
    problem: `Waited ${slots} slots for ${expected}, which did not happen.`,
    details: [...describeViews(views), 'Everything that was done for it has been undone.'],
    facts: { expected, slots, views },
  })
}
