import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  acquireFileLock,
  claimName,
  type FileLock,
  FileLockTimeoutError,
  isFileLock,
  type LockHolder,
  tryFileLock,
} from '../../../src/processes/file-lock.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const stranger: LockHolder = { pid: 999_999_999, startTime: '1-boot', host: 'elsewhere' }

function putClaim(path: string, holder: LockHolder): void {
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, claimName(holder)), '')
}

function expectLock(outcome: FileLock | LockHolder): FileLock {
  if (isFileLock(outcome)) return outcome
  throw new Error(`held by pid ${outcome.pid}`)
}

describe('tryFileLock', () => {
  it('gives a free lock, once, until it is released', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'a.lock')
    const lock = expectLock(await tryFileLock(path))
    expect(await tryFileLock(path)).toMatchObject({ pid: process.pid })
    lock.release()
    lock.release()
    expectLock(await tryFileLock(path)).release()
    expect(readdirSync(path)).toEqual([])
  })

  it('is given back at the end of the block', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'a.lock')
    {
      using _lock = expectLock(await tryFileLock(path))
      expect(readdirSync(path)).toHaveLength(1)
    }
    expect(readdirSync(path)).toEqual([])
  })

  it('takes over from a holder that is dead, and clears its claim', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'a.lock')
    putClaim(path, stranger)
    const lock = expectLock(await tryFileLock(path, { isAlive: ({ pid }) => pid === process.pid }))
    expect(readdirSync(path)).toHaveLength(1)
    lock.release()
  })

  it('steps back when a rival takes over from the dead holder at the same moment', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'a.lock')
    putClaim(path, stranger)
    const rival: LockHolder = { pid: 4711, startTime: '2-boot', host: 'here' }
    let isRivalThere = false
    // Asked about the dead holder, we have looked but not claimed: the rival comes in between.
    const isAlive = ({ pid }: LockHolder) => {
      if (pid === stranger.pid && !isRivalThere) putClaim(path, rival)
      isRivalThere ||= pid === stranger.pid
      return pid !== stranger.pid
    }
    expect(await tryFileLock(path, { isAlive })).toEqual(rival)
    expect(readdirSync(path)).toEqual([expect.stringMatching(/^4711@/)])
  })

  it('takes over from a process of this machine that had our pid before us', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'a.lock')
    const own = expectLock(await tryFileLock(path))
    const [claim = ''] = readdirSync(path)
    own.release()
    const [pid, , host] = claim.split('@').map(decodeURIComponent)
    putClaim(path, { pid: Number(pid), startTime: 'earlier', host: host ?? '' })
    expectLock(await tryFileLock(path)).release()
  })

  it('respects a holder of another machine, whose pid says nothing here', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'a.lock')
    putClaim(path, stranger)
    expect(await tryFileLock(path)).toEqual(stranger)
    expect(readdirSync(path)).toHaveLength(1)
  })

  it.each(['notes.txt', '12@start', 'x@y@z@0', '1@%@host@0', '1@a@b@c@d'])(
    'neither obeys nor deletes a file %j that is no claim',
    async (name) => {
      using directory = temporaryDirectory()
      const path = join(directory.path, 'a.lock')
      mkdirSync(path)
      writeFileSync(join(path, name), '')
      expectLock(await tryFileLock(path)).release()
      expect(readdirSync(path)).toEqual([name])
    },
  )
})

describe('acquireFileLock', () => {
  it('never has two holders, however many want it and however many dead ones are in the way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 12 }),
        fc.integer({ min: 0, max: 5 }),
        async (wanting, dead) => {
          using directory = temporaryDirectory()
          const path = join(directory.path, 'a.lock')
          for (let i = 0; i < dead; i++) putClaim(path, stranger)
          const isAlive = ({ pid }: LockHolder) => pid === process.pid
          let holders = 0
          let turns = 0
          const takeTurn = async () => {
            using _lock = await acquireFileLock(path, { isAlive })
            expect(++holders).toBe(1)
            await new Promise(setImmediate)
            holders--
            turns++
          }
          await Promise.all(Array.from({ length: wanting }, takeTurn))
          expect(turns).toBe(wanting)
        },
      ),
      { numRuns: 3 },
    )
  })

  it('says once who holds it, and goes on when that one is gone', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'a.lock')
    putClaim(path, stranger)
    let isStrangerAlive = true
    const waitedFor: number[] = []
    let asked = 0
    const lock = await acquireFileLock(path, {
      isAlive: ({ pid }) => {
        if (pid === stranger.pid && ++asked === 8) isStrangerAlive = false
        return pid === stranger.pid ? isStrangerAlive : true
      },
      onWait: ({ pid }) => waitedFor.push(pid),
    })
    expect(waitedFor).toEqual([stranger.pid])
    lock.release()
  })

  it('gives up at its deadline and names the holder and the directory', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'a.lock')
    putClaim(path, stranger)
    const failure = acquireFileLock(path, { timeoutMs: 0 })
    await expect(failure).rejects.toThrow(FileLockTimeoutError)
    await expect(failure).rejects.toMatchObject({ code: 'lock-timeout', facts: { path, holder: stranger } })
  })

  it('stops waiting when it is aborted, with the reason, and leaves no claim', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'a.lock')
    putClaim(path, stranger)
    const abort = new AbortController()
    const reason = new Error('enough')
    const waiting = acquireFileLock(path, { signal: abort.signal, onWait: () => abort.abort(reason) })
    await expect(waiting).rejects.toBe(reason)
    expect(readdirSync(path)).toHaveLength(1)
  })
})
