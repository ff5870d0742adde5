import { expect, test } from 'vitest'
import { SafeEmitter } from '../../../../src/embedded/chain/safe-emitter.ts'

test('every listener hears of an event, though others throw; once is once', () => {
  const errors: unknown[] = []
  const heard: string[] = []
  const emitter = new SafeEmitter<{ thing: [number] }>((error) => errors.push(error))
  emitter.once('thing', (number) => {
    heard.push(`once ${number}`)
    throw new Error('first')
  })
  emitter.on('thing', (number) => heard.push(`on ${number}`))
  emitter.tell('thing', 1)
  emitter.tell('thing', 2)
  expect(heard).toEqual(['once 1', 'on 1', 'on 2'])
  expect(errors.map(String)).toEqual(['Error: first'])
})

test('a listener that leaves while it is told keeps nobody else from hearing', () => {
  const heard: string[] = []
  const emitter = new SafeEmitter<{ thing: [] }>(() => {})
  const leave = () => {
    heard.push('a')
    emitter.off('thing', leave)
  }
  emitter.on('thing', leave)
  emitter.on('thing', () => heard.push('b'))
  emitter.tell('thing')
  emitter.tell('thing')
  expect(heard).toEqual(['a', 'b', 'b'])
})
