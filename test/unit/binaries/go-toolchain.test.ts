import { describe, expect, it } from 'vitest'
import { isOlder } from '../../../src/processes/binaries/go-toolchain.ts'

describe('isOlder', () => {
  it.each([
    ['1.24.9', '1.25.0', true],
    ['1.25', '1.25.1', true],
    ['1.9.7', '1.24.0', true],
    ['1.25.1', '1.25.1', false],
    ['1.25', '1.25.0', false],
    ['1.26.0', '1.25.1', false],
    ['2.0', '1.25.1', false],
  ])('%s against %s: %s', (version, minimum, expected) => {
    expect(isOlder(version, minimum)).toBe(expected)
  })
})
